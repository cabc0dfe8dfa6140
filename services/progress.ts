import type { ClearingStatus } from '#shared/schemas/clearing'
import { toDisplayAmount } from '#shared/utils/coin'
import type { InnerWords } from '~/locales/en/inner'
import { finalStatuses } from './status-words'

export type StageState = 'done' | 'current' | 'waiting'
const stageNames = ['payment', 'credited', 'relaying', 'settled'] as const
export type StageName = typeof stageNames[number]
export interface Stage {
  readonly name: StageName
  readonly state: StageState
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
  return stageNames.map((name, index) => ({
    name,
    state: done[index] ? 'done' : index === firstOpen && !settled ? 'current' : 'waiting',
  }))
}

/** Seconds from credit to the end, or to now while it runs; undefined before the credit. */
export function elapsedSeconds(status: Pick<ClearingStatus, 'creditedAt' | 'finishedAt'>, nowMs: number): number | undefined {
  if (!status.creditedAt) return undefined
  const end = status.finishedAt ? Date.parse(status.finishedAt) : nowMs
  return Math.max(0, (end - Date.parse(status.creditedAt)) / 1000)
}

/** What happens next, in the language of the page; `money` names the denom of the price. */
export function nextSentence(status: Pick<ClearingStatus, 'next' | 'total' | 'credited' | 'memoCode'>, t: InnerWords, money: { readonly symbol: string, readonly exponent: number, readonly decimal: (text: string) => string }): string {
  const { code, refund } = status.next
  const missing = BigInt(status.total.amount) - BigInt(status.credited.amount)
  const sentence = t.clearing.next[code]({ missing: `${money.decimal(toDisplayAmount(missing, money.exponent))} ${money.symbol}`, memoCode: status.memoCode })
  return refund ? `${sentence} ${t.clearing.nextRefund[refund]}` : sentence
}
