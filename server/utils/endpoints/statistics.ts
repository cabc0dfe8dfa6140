import { platformStatisticsSchema, userStatisticsSchema } from '../../../shared/schemas/statistics'
import { endpoint } from '../endpoint'

export const getUserStatistics = endpoint({
  method: 'get', path: '/api/v1/users/statistics', tag: 'Statistics',
  summary: 'Totals of the signed-in wallet',
  session: 'required', limit: 'reads',
  answer: userStatisticsSchema, refusals: [],
})

export const getPlatformStatistics = endpoint({
  method: 'get', path: '/api/v1/statistics', tag: 'Statistics',
  summary: 'Totals of this service, each number with its sample size',
  session: 'ignored', limit: 'reads', maxAgeSeconds: 30,
  answer: platformStatisticsSchema, refusals: [],
})
