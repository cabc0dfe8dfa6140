import type { HelpWords } from '../en/help'

export const help: HelpWords = {
  title: 'Ayuda',
  intro: 'Qué significan las palabras, qué pregunta la gente y qué puede salir mal con tu dinero.',
  glossaryTitle: 'Las palabras',
  faqTitle: 'Preguntas',
  risksTitle: 'Qué puede salir mal con mi dinero',
  risksIntro: 'Pagas antes de que trabajemos. Estos son los casos, y lo que se te debe entonces.',
  contents: 'En esta página',
  faq: [
    { question: '¿He perdido mis tokens?', answer: 'Casi nunca. Mientras un paquete está pendiente, la cadena de origen guarda los tokens bloqueados para él. Se pagan cuando llega, o vuelven al remitente cuando vence o se rechaza. Lo que puede faltar es alguien que lo lleve.' },
    { question: '¿Tengo que pagar?', answer: 'No. Otro relayer puede entregar el paquete en cualquier momento, y mirar es gratis. Donde pagar no ayudaría, o no hace falta, no aceptamos dinero.' },
    { question: '¿Puedo pagar por el paquete de otra persona?', answer: 'Sí. La liberación solo mueve los tokens adonde dice el paquete: a su destinatario, o de vuelta a su remitente. El pago no necesita nada de ellos.' },
    { question: '¿Necesito una extensión de cartera?', answer: 'No. Vale cualquier cartera que pueda enviar tokens con un memo. Con Keplr, Leap o Cosmostation es un clic.' },
    { question: '¿Cuánto tarda?', answer: 'Cuando tu pago está en un bloque, normalmente unos pocos bloques de cada cadena. La página de estado muestra cuánto tardó a otros, con el número de casos; sin muestra no damos ningún tiempo.' },
    { question: '¿Cómo sé que ha funcionado?', answer: 'Por las cadenas, no por nosotros: la página de estado nombra los bloques y las transacciones que lo prueban, y cuántos nodos lo dijeron. El recibo va firmado y cualquiera puede comprobarlo.' },
    { question: '¿Qué datos guardáis?', answer: 'Lo que está en las cadenas, y los encargos con sus pagos. Las búsquedas recientes se quedan en tu dispositivo. Ninguna página pide nada a otro sitio.' },
  ],
  risks: [
    { question: 'Envié de más, o dos veces', answer: 'Lo que sobra vuelve a la dirección que pagó, menos la tarifa de red por el envío.' },
    { question: 'Envié de menos', answer: 'Envía el resto con el mismo código de memo dentro del plazo mostrado. Si no, vuelve todo, menos la tarifa de red.' },
    { question: 'Pagué demasiado tarde', answer: 'Durante unos minutos después de vencer el precio, un pago aún se acepta. Uno posterior vuelve, menos la tarifa de red.' },
    { question: 'Olvidé el memo, o lo escribí mal', answer: 'Entonces nada nos dice para qué es. El pago se guarda aparte y nunca se cuenta como nuestro; escribe al operador con el hash de la transacción, y se asigna o se devuelve.' },
    { question: 'Pagué desde una casa de cambio', answer: 'Las casas de cambio pierden los memos y pagan desde direcciones que no son tuyas: quizá un reembolso no te llegue nunca. No lo hagas. Un reembolso así espera a una persona.' },
    { question: 'No pudisteis liberar mi paquete', answer: 'Su parte vuelve entera a la cuenta que pagó; la tarifa de red corre de nuestra cuenta.' },
    { question: 'Otro relayer fue más rápido', answer: 'Bien: tus tokens se han movido. No lo hicimos nosotros, así que su parte vuelve entera.' },
    { question: 'Vuestro servicio se cae a mitad', answer: 'Cuando el servicio vuelve, cada pago se encuentra de nuevo en la cadena por su código de memo. Nada se cobra ni se devuelve dos veces.' },
    { question: 'Un reembolso está retenido', answer: 'La página de estado dice por qué: demasiado pequeño para pagar su envío (se suma al siguiente), grande (lo mira una persona), la dirección de una casa de cambio, o rechazado por la cadena. Hasta que se envíe puedes indicar otra dirección con la cuenta que pagó.' },
  ],
}
