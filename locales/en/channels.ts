import { makeCounter } from '../counter'

const count = makeCounter('en')

/** `/channels`: what waits on each route, and how long deliveries take. */
export const channels = {
  title: 'Channels we serve',
  intro: 'What waits on every route now, and how long packets took that were sent and delivered lately.',
  waiting: 'Waiting',
  oldest: 'Oldest',
  median: 'Median',
  p95: '95 % within',
  sample: 'Sample',
  none: 'none',
  noSample: 'no sample',
  sampleOf: (sample: number) => count(sample, 'packet', 'packets'),
  sampleWaiting: (waiting: number) => `and ${waiting} not delivered yet`,
  window: (days: number) => `Times: from the send to the receive transaction, of packets of the last ${count(days, 'day', 'days')} that we read ourselves. No figure without a sample.`,
  asOf: 'Read from the chains',
  neverRead: 'not read yet',
  stuckTitle: 'Stuck packets',
  stuckIntro: (threshold: string) => `Waiting for more than ${threshold}. Each leads to its page.`,
  stuckNone: 'Nothing is stuck',
  stuckNoneNext: 'Every packet that waits on a served route is younger than the threshold.',
  undelivered: 'Not delivered',
  unacknowledged: 'Not acknowledged',
}
