import { makeCounter } from '../counter'
import type { InnerWords } from '../en/inner'

const count = makeCounter('es')

export const channels: InnerWords['channels'] = {
  title: 'Canales que servimos',
  intro: 'Lo que espera ahora en cada ruta, y cuánto tardaron los paquetes enviados y entregados últimamente.',
  waiting: 'En espera',
  oldest: 'El más antiguo',
  median: 'Mediana',
  p95: '95 % en',
  sample: 'Muestra',
  none: 'ninguno',
  noSample: 'sin muestra',
  sampleOf: sample => count(sample, 'paquete', 'paquetes'),
  sampleWaiting: waiting => `y ${waiting} aún sin entregar`,
  window: days => `Tiempos: de la transacción de envío a la de recepción, de paquetes de los últimos ${count(days, 'día', 'días')} que leímos nosotros. Ninguna cifra sin muestra.`,
  asOf: 'Leído de las cadenas',
  neverRead: 'aún sin leer',
  stuckTitle: 'Paquetes atascados',
  stuckIntro: threshold => `Esperan desde hace más de ${threshold}. Cada uno lleva a su página.`,
  stuckNone: 'Nada está atascado',
  stuckNoneNext: 'Todo paquete que espera en una ruta servida es más joven que el umbral.',
  undelivered: 'Sin entregar',
  unacknowledged: 'Sin confirmar',
}
