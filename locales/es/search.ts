import { makeCounter } from '../counter'
import type { Words } from '../en'

const count = makeCounter('es')

export const search: Words['search'] = {
  title: '¿Tu transferencia salió y no llegó?',
  intro: 'Mira dónde está, leído directamente de las cadenas. Si un relayer puede liberarla, paga una pequeña tarifa en la cadena y haz liberar exactamente ese paquete. Si no lo conseguimos, la tarifa vuelve.',
  resultsTitle: 'Qué fue de ella',
  label: 'Dirección, transacción, enlace de explorador o paquete',
  placeholder: 'cosmos1… o un hash de transacción',
  submit: 'Buscar',
  recognised: {
    empty: 'Una dirección, un hash de transacción, un enlace de explorador o un id de paquete.',
    packet: key => `Un paquete: ${key}`,
    transactionOn: chain => `Una transacción en ${chain}`,
    transaction: 'Un hash de transacción. Miraremos en todas las cadenas que servimos.',
    addressOn: chain => `Una dirección en ${chain}`,
    address: 'Una dirección, de una cadena que no servimos. La buscaremos como remitente y como destinataria.',
    channel: (channel, chain) => `Un canal: ${channel} en ${chain}`,
    clearing: 'Una liberación encargada aquí.',
    mistyped: 'Parece una dirección, pero su suma de control no cuadra: falta o sobra un carácter.',
    unrecognised: 'No lo reconocemos. Pega una dirección, un hash de transacción, un enlace de explorador o un id de paquete.',
  },
  recent: 'Búsquedas recientes',
  recentNone: 'Ninguna aún.',
  recentNote: 'Guardadas solo en este dispositivo.',
  forget: 'Olvidarlas',
  forgotten: 'Búsquedas recientes olvidadas.',
  orConnect: 'O conecta tu cartera',
  ownAddresses: 'Busca tus direcciones:',
  results: 'Resultados',
  incomplete: 'No se pudo preguntar todo, así que esta lista puede estar incompleta:',
  packets: found => count(found, 'paquete', 'paquetes'),
  packetsAndMore: found => `más de ${found} paquetes`,
  clearTogether: packets => `Liberar ${packets} juntos`,
  noneTitle: 'No se encontró ningún paquete',
  noneNext: 'Nada pendiente y nada reciente. Si conoces la transacción que envió los tokens, busca por su hash: así aparecen también los paquetes terminados.',
  served: 'Cadenas y rutas que servimos',
  chainsMissingTitle: 'No se pudo cargar la lista de cadenas',
  chainsMissingNext: 'Vuelve a cargar la página en un momento.',
  answering: 'Responde',
  behind: 'Atrasada',
  notAskedYet: 'Aún sin preguntar',
  notAnswering: 'No responde',
  allChannels: 'Paquetes en espera y tiempos por ruta',
}

export const figures: Words['figures'] = {
  title: 'Lo que ha pasado aquí hasta ahora',
  clearings: 'Liberaciones encargadas',
  delivered: 'Paquetes liberados por nosotros',
  deliveredOf: decided => `de ${count(decided, 'paquete pagado y decidido', 'paquetes pagados y decididos')}`,
  typical: 'Tiempo típico de liberación',
  medianOf: sample => `mediana de ${count(sample, 'liberación', 'liberaciones')}`,
  noData: 'Aún sin datos',
  noDataWhy: 'La primera liberación dará la primera cifra.',
  source: 'Contado de nuestras filas, desde la primera liberación. Ninguna cifra sin muestra.',
}
