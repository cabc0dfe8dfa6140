import type { Words } from '../en'

export const glossary: Words['glossary'] = {
  more: 'Todas las palabras',
  words: {
    packet: { name: 'Paquete', forms: ['paquete', 'paquetes'], meaning: 'Un mensaje de una cadena a otra. Una transferencia de tokens por IBC es un paquete: los tokens se bloquean cuando sale y se pagan cuando llega.' },
    relayer: { name: 'Relayer', forms: ['relayer'], meaning: 'Un programa que lleva paquetes entre cadenas. Las cadenas no se hablan solas: sin relayer, un paquete espera.' },
    channel: { name: 'Canal', forms: ['canal', 'canales'], meaning: 'La línea entre dos cadenas por la que viajan los paquetes. Cada cadena le da su propio número.' },
    sequence: { name: 'Secuencia', forms: ['secuencia'], meaning: 'El número de un paquete en su canal. Cadena, canal y secuencia nombran exactamente un paquete.' },
    commitment: { name: 'Compromiso', forms: ['compromiso'], meaning: 'La nota que la cadena de origen guarda de un paquete hasta que termina. Mientras está, el paquete está pendiente.' },
    acknowledgement: { name: 'Confirmación', forms: ['confirmación', 'confirmaciones'], meaning: 'La respuesta de la cadena de destino: llegó, o se rechazó. Un relayer la trae de vuelta. Si dice rechazado, el remitente recupera entonces los tokens.' },
    timeout: { name: 'Vencimiento', forms: ['vencimiento', 'vence'], meaning: 'El plazo en que un paquete puede llegar. Después ya nadie puede entregarlo, y un relayer puede hacer que los tokens vuelvan al remitente.' },
    client: { name: 'Cliente ligero', forms: ['cliente ligero'], meaning: 'Lo que una cadena sabe de la otra para comprobar sus paquetes. Si no se mantiene al día vence, y no se puede retransmitir nada hasta que la gobernanza lo repare.' },
    memo: { name: 'Memo', forms: ['memo'], meaning: 'Un texto corto que acompaña a una transacción.' },
    memoCode: { name: 'Código de memo', forms: ['código de memo'], meaning: 'El código que nos dice para qué es un pago. Escríbelo en el memo exactamente como se muestra.' },
    clearing: { name: 'Liberación', forms: ['liberación', 'liberaciones'], meaning: 'Hacer que un paquete termine: entregado y confirmado, o devuelto a su remitente.' },
    share: { name: 'Parte', forms: ['parte'], meaning: 'La fracción del precio que toca a un paquete. Si no liberamos ese paquete, vuelve exactamente esa parte.' },
  },
}
