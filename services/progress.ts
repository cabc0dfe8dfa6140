import type { ClearingStatus } from '#shared/schemas/clearing'
import type { OperationStatus } from '#shared/types/clearing'
import { finalStatuses } from './status-words'

export type StageState = 'done' | 'current' | 'waiting'
export interface Stage {
  readonly name: 'payment' | 'credited' | 'relaying' | 'settled'
  readonly text: string
  readonly state: StageState
}

/** The sentence that heads a clearing. */
export const headlines: Readonly<Record<OperationStatus, string>> = {
  awaiting_payment: 'Waiting for your payment',
  queued: 'Paid. Your packets are next in line',
  clearing: 'The relayer is at work',
  cleared: 'Cleared',
  partially_cleared: 'Partly cleared; the rest is refunded',
  not_cleared: 'We could not clear it; your money goes back',
  not_needed: 'Nothing was left to do; your money goes back',
  expired: 'Expired without payment',
  needs_attention: 'A person has to look at this',
  resolved: 'Settled by a person',
}

/** Where a clearing stands, for the strip of stages. Only what the server has said counts as done. */
export function stagesOf(status: Pick<ClearingStatus, 'status' | 'payments' | 'creditedAt' | 'finishedAt' | 'events'>): Stage[] {
  const relayed = status.events.some(event => event.type === 'run_started')
  const settled = status.finishedAt !== null || finalStatuses.has(status.status)
  const done = [
    status.payments.length > 0 || status.creditedAt !== null,
    status.creditedAt !== null,
    settled && relayed,
    settled,
  ]
  const firstOpen = done.indexOf(false)
  const texts = [['payment', 'Payment seen'], ['credited', 'Credited'], ['relaying', 'Relaying'], ['settled', 'Read from chain']] as const
  return texts.map(([name, text], index) => ({
    name,
    text,
    state: done[index] ? 'done' : index === firstOpen && !settled ? 'current' : 'waiting',
  }))
}

/** Seconds from credit to the end, or to now while it runs; undefined before the credit. */
export function elapsedSeconds(status: Pick<ClearingStatus, 'creditedAt' | 'finishedAt'>, nowMs: number): number | undefined {
  if (!status.creditedAt) return undefined
  const end = status.finishedAt ? Date.parse(status.finishedAt) : nowMs
  return Math.max(0, (end - Date.parse(status.creditedAt)) / 1000)
}
