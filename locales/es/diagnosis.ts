import type { DiagnosisTexts } from '#shared/utils/diagnosis-texts'

const payForIt = 'Haz liberar exactamente este paquete: el relayer lo lleva, y lo que no se pudo hacer se devuelve.'
const waitSomeMinutes = 'Espera unos minutos: normalmente un relayer lo hace sin que hagas nada.'
const tryAgain = 'Inténtalo de nuevo en unos minutos. Esperar no pierde nada.'
const nothingToDo = 'No hay nada que hacer.'
const payForRefund = 'Haz liberar exactamente este paquete: entonces {source} paga el reembolso.'
const waitForRefund = 'Espera a que venza; entonces se puede liberar el reembolso en {source}.'
const safeMeanwhile = 'mientras tanto no se pierde nada'
const waitForTimeout = 'Espera a que venza; entonces se puede liberar su vencimiento.'
const askOther = 'Pagarnos no ayudaría. Pregunta al operador de un relayer en ese canal.'

export const spanishDiagnosis: DiagnosisTexts = {
  packet: 'El paquete {sequence}',
  somewhere: 'el destino',
  askAgain: 'No pudimos preguntar todo sobre esta ruta, así que ahora no aceptamos dinero por ella. Inténtalo de nuevo en unos minutos.',
  refundAfterTimeout: 'Ahora pagar no ayudaría. Cuando haya vencido[ (en {timesOutIn})], el reembolso en {source} se puede liberar aquí.',
  timeoutAfterTimeout: 'Ahora pagar no ayudaría. Cuando haya vencido[ (en {timesOutIn})], su vencimiento se puede liberar aquí.',
  reasons: {
    in_flight: { sentence: '{what}: salió de {source}[ hace {age}][, enviado por {sender}][, para {receiver}], y va de camino a {destination}; aún no es tanto tiempo como para llamarlo atascado.', nextStep: waitSomeMinutes },
    in_flight_returning: { sentence: '{destination} rechazó {what}[ para {receiver}]; el reembolso[ de {refund} a {refundAddress}] en {source} espera esa respuesta, que está en camino.', nextStep: waitSomeMinutes },
    undelivered: { sentence: '{what}: salió de {source}[ hace {age}][, enviado por {sender}][, para {receiver}], y ningún relayer lo ha entregado en {destination}.', nextStep: payForIt },
    delivered_ack_missing: { sentence: 'Tu dinero ya ha llegado: {destination} recibió {what}[ para {receiver}], y solo falta que la confirmación vuelva a {source}.', nextStep: 'Nada que pagar y nada que hacer: la confirmación no cambia nada para ti.' },
    delivered_forwarded: { sentence: '{destination} recibió {what} y lo reenvió como paquete {hop}; solo falta que la confirmación de este vuelva a {source}.', nextStep: 'Aquí no hay nada que pagar. El paquete {hop} dice si el dinero llegó.' },
    delivered_forward_asked: { sentence: '{destination} recibió {what}, y su memo pide reenviarlo a {hopReceiver} por {hopChannel}; solo falta que la confirmación vuelva a {source}.', nextStep: 'Aquí no hay nada que pagar. Busca lo que {destination} envió por {hopChannel}: eso dice si el dinero llegó.' },
    error_ack_pending: { sentence: '{destination} rechazó {what}[ para {receiver}]; tu reembolso[ de {refund} a {refundAddress}] en {source} espera su confirmación de error, y ningún relayer la ha traído.', nextStep: payForRefund },
    timed_out: { sentence: '{what}[ para {receiver}]: no se entregó a tiempo en {destination}; tu reembolso[ de {refund} a {refundAddress}] en {source} espera a que un relayer lo demuestre.', nextStep: payForRefund },
    timing_out_soon: { sentence: '{what}[ para {receiver}]: no está entregado en {destination} y vence en {left}, según el reloj de {destination}.', nextStep: waitForRefund },
    timing_out_soon_by_height: { sentence: '{what}[ para {receiver}]: no está entregado en {destination} y vence allí en {blocks} bloques.', nextStep: waitForRefund },
    client_expired: { sentence: '{what}: no puede moverse, porque el cliente ligero[ {client}] en {place} venció[ hace {trustEnded}, tras {trustingPeriod} sin actualizarse].', nextStep: `Pagar no ayudaría. Espera a que la gobernanza de {place} recupere el cliente; ${safeMeanwhile}.` },
    client_frozen: { sentence: '{what}: no puede moverse, porque el cliente ligero[ {client}] en {place} está congelado: se le mostraron dos cabeceras distintas de una misma altura.', nextStep: `Pagar no ayudaría. Espera a que la gobernanza de {place} recupere el cliente; ${safeMeanwhile}.` },
    client_not_active: { sentence: '{what}: no puede moverse, porque {place} no acepta ahora su cliente ligero[ {client}].', nextStep: `Pagar no ayudaría. Espera a que {place} lo acepte de nuevo; ${safeMeanwhile}.` },
    channel_closed: { sentence: '{what}: no avanza, porque el canal {channel} en {place} está cerrado.', nextStep: 'Aún puede volver por un vencimiento, que nuestro relayer no lleva por un canal cerrado: pregunta al operador de un relayer en este canal.' },
    channel_closed_refused: { sentence: '{destination} rechazó {what}[ para {receiver}], y su confirmación de error no puede volver, porque el canal {channel} en {place} está cerrado.', nextStep: 'Pagar no ayudaría: ningún relayer puede traerla por un canal cerrado. Pregunta a la comunidad de {source} qué se puede hacer.' },
    channel_not_open_refused: { sentence: '{destination} rechazó {what}[ para {receiver}], y su confirmación de error no puede volver, porque el canal {channel} en {place} no está abierto.', nextStep: 'Pagar no ayudaría hasta que el canal se abra de nuevo.' },
    channel_not_open: { sentence: '{what}: no avanza, porque el canal {channel} en {place} no está abierto.', nextStep: 'Pagar no ayudaría hasta que el canal se abra de nuevo.' },
    ordered_channel_blocked: { sentence: '{what}: espera detrás del paquete {blocker} de {channel} en {source}, que entrega en orden.', nextStep: 'Pagar solo por este no ayudaría. Mira el paquete {blocker}: dice a qué espera.' },
    ordered_channel_blocked_payable: { sentence: '{what}: espera detrás del paquete {blocker} de {channel} en {source}, que entrega en orden.', nextStep: 'Haz liberar antes los paquetes desde el {blocker}, o todos junto con este.' },
    ordered_channel_closing: { sentence: '{what}: ya no se puede entregar. Antes venció el paquete {blocker}, y {channel} de {source} entrega en orden.', nextStep: 'Ahora pagar no ayudaría. Vuelve a mirar cuando este también haya vencido: si el canal sigue abierto, su vencimiento se puede liberar aquí.' },
    ordered_refund_blocked: { sentence: '{destination} rechazó {what}[ para {receiver}]; tu reembolso[ de {refund} a {refundAddress}] en {source} espera detrás del paquete {blocker} de {channel}, que confirma en orden.', nextStep: 'Pagar solo por este no ayudaría. Mira el paquete {blocker}: cuando termine, este reembolso se puede liberar.' },
    ordered_refund_blocked_payable: { sentence: '{destination} rechazó {what}[ para {receiver}]; tu reembolso[ de {refund} a {refundAddress}] en {source} espera detrás del paquete {blocker} de {channel}, que confirma en orden.', nextStep: 'Haz liberar antes los paquetes desde el {blocker}, o todos junto con este.' },
    destination_unreachable: { sentence: '{what}: no sabemos dónde está, porque no se pudo preguntar a {destination}.', nextStep: tryAgain },
    destination_halted: { sentence: '{what}: espera, porque {destination} no hace bloques desde hace {stopped}.', nextStep: 'Pagar no ayudaría. Espera a que {destination} haga bloques de nuevo.' },
    source_unreachable: { sentence: '{what}: no sabemos dónde está, porque no se pudo preguntar a {source}.', nextStep: tryAgain },
    source_halted: { sentence: '{what}: espera, porque {source} no hace bloques desde hace {stopped}.', nextStep: 'Pagar no ayudaría. Espera a que {source} haga bloques de nuevo.' },
    async_ack_pending: { sentence: '{destination} recibió {what}[ para {receiver}], pero aún no ha respondido: puede que siga trabajando en ello.', nextStep: 'No se puede traer nada de vuelta antes de que {destination} responda. Pregunta a quienes llevan lo que lo recibió.' },
    forwarding: { sentence: '{destination} recibió {what} y lo reenvía a {hopReceiver} por {hopChannel}; la respuesta a este paquete espera a la de aquel.', nextStep: 'Abre solo este paquete: entonces se busca el que lo lleva más allá.' },
    forwarded: { sentence: '{destination} recibió {what} y lo reenvió como paquete {hop}; la respuesta a este espera a la de aquel.', nextStep: 'Mira el paquete {hop}: dice a qué espera.' },
    forwarded_payable: { sentence: '{destination} recibió {what} y lo reenvió como paquete {hop}, que está atascado.', nextStep: 'No pagues por este paquete; haz liberar el paquete {hop}.' },
    forwarded_unseen: { sentence: '{destination} recibió {what} y lo reenvía a {hopReceiver} por {hopChannel}; ese siguiente paquete no se encontró.', nextStep: 'Busca transferencias que {destination} envió por {hopChannel}; no se puede traer nada de vuelta antes de que terminen.' },
    packet_data_pruned: { sentence: '{what}: está pendiente en {source}, pero ninguno de los {endpoints} nodos a los que podemos preguntar conserva la transacción que lo envió, y un relayer la necesita.', nextStep: 'Pagarnos no ayudaría. Pregunta al operador de un relayer que tenga un nodo de archivo de {source}.' },
    memo_too_long: { sentence: '{what}[ para {receiver}]: lleva un memo de {bytes} bytes, y nuestro relayer lleva como mucho {limit}: ni el paquete ni su reembolso.', nextStep: 'Pagarnos no ayudaría. Pregunta al operador de un relayer con un límite mayor (ics20_max_memo_size).' },
    receiver_too_long: { sentence: '{what}: nombra un destinatario de {bytes} bytes, y nuestro relayer lleva como mucho {limit}: ni el paquete ni su reembolso.', nextStep: 'Pagarnos no ayudaría. Pregunta al operador de un relayer con un límite mayor (ics20_max_receiver_size).' },
    route_not_served: { sentence: '{what}: salió de {source} por {channel}[, enviado por {sender}], y ese canal lleva a una cadena que no servimos.', nextStep: askOther },
    route_not_relayed: { sentence: '{what}: salió de {source} por {channel}[, enviado por {sender}], para el que nuestro relayer no está configurado.', nextStep: askOther },
    not_found: { sentence: 'El paquete {sequence} nunca se envió por {channel} de {source}.', nextStep: 'Revisa la cadena, el canal y la secuencia.' },
    completed_delivered: { sentence: 'Tu dinero ha llegado: {destination} recibió {what}[ para {receiver}], y la confirmación volvió.', nextStep: nothingToDo },
    completed_forwarded: { sentence: '{destination} recibió {what} y lo reenvió como paquete {hop}, y la confirmación de este volvió.', nextStep: 'Aquí no hay nada que hacer. El paquete {hop} dice si el dinero llegó.' },
    completed_forward_asked: { sentence: '{destination} recibió {what}, su memo pide reenviarlo a {hopReceiver} por {hopChannel}, y la confirmación volvió.', nextStep: 'Aquí no hay nada que hacer. Busca lo que {destination} envió por {hopChannel}: eso dice si el dinero llegó.' },
    completed_returned_by_timeout: { sentence: '{what}: venció y se devolvió[ ({refund} a {refundAddress})] en {source}.', nextStep: nothingToDo },
    completed_returned_by_error: { sentence: '{destination} rechazó {what}, y se devolvió[ ({refund} a {refundAddress})] en {source}.', nextStep: nothingToDo },
    completed_somehow: { sentence: '{what}: está terminado en {source}; no se pudo leer cómo acabó.', nextStep: 'No hay nada que pagar. Mira los saldos del remitente y del destinatario.' },
    cannot_tell_counterparty: { sentence: '{what}: no sabemos dónde está, porque no se pudo preguntar adónde lleva {channel} de {source}.', nextStep: tryAgain },
    cannot_tell_sent: { sentence: '{what}: no sabemos dónde está. {source} no guarda ningún compromiso y no dice si alguna vez lo envió.', nextStep: tryAgain },
    cannot_tell_acknowledged: { sentence: '{destination} recibió {what}, pero no se pudo leer qué respondió: puede haber pagado al destinatario o haberlo rechazado.', nextStep: tryAgain },
    cannot_tell_timeout: { sentence: '{what}: está pendiente en {source}, pero no se pudo leer la transacción que lo envió, así que no sabemos cuándo vence.', nextStep: tryAgain },
  },
  withoutTransfer: {
    in_flight_returning: { sentence: '{destination} rechazó {what}; {source} espera esa respuesta, que está en camino.', nextStep: waitSomeMinutes },
    delivered_ack_missing: { sentence: '{destination} ya ha recibido {what}, y solo falta que la confirmación vuelva a {source}.', nextStep: 'Nada que pagar: ha llegado y no se rechazó.' },
    error_ack_pending: { sentence: '{destination} rechazó {what}, y ningún relayer ha traído la confirmación de error a {source}.', nextStep: 'Haz liberar exactamente este paquete: entonces {source} sabrá que se rechazó.' },
    timed_out: { sentence: '{what}: no se entregó a tiempo en {destination}, y ningún relayer lo ha demostrado en {source}.', nextStep: 'Haz liberar exactamente este paquete: entonces {source} sabrá que venció.' },
    timing_out_soon: { sentence: '{what}: no está entregado en {destination} y vence en {left}, según el reloj de {destination}.', nextStep: waitForTimeout },
    timing_out_soon_by_height: { sentence: '{what}: no está entregado en {destination} y vence allí en {blocks} bloques.', nextStep: waitForTimeout },
    ordered_refund_blocked: { sentence: '{destination} rechazó {what}, y su confirmación de error espera detrás del paquete {blocker} de {channel} en {source}, que confirma en orden.', nextStep: 'Pagar solo por este no ayudaría. Mira el paquete {blocker}: cuando termine, este se puede liberar.' },
    ordered_refund_blocked_payable: { sentence: '{destination} rechazó {what}, y su confirmación de error espera detrás del paquete {blocker} de {channel} en {source}, que confirma en orden.', nextStep: 'Haz liberar antes los paquetes desde el {blocker}, o todos junto con este.' },
    completed_delivered: { sentence: '{destination} recibió {what}, y la confirmación volvió.', nextStep: nothingToDo },
    completed_returned_by_timeout: { sentence: '{what}: venció, y {source} lo sabe.', nextStep: nothingToDo },
    completed_returned_by_error: { sentence: '{destination} rechazó {what}, y {source} lo sabe.', nextStep: nothingToDo },
    completed_somehow: { sentence: '{what}: está terminado en {source}; no se pudo leer cómo acabó.', nextStep: 'No hay nada que pagar.' },
    cannot_tell_acknowledged: { sentence: '{destination} recibió {what}, pero no se pudo leer qué respondió: puede haberlo aceptado o rechazado.', nextStep: tryAgain },
  },
}
