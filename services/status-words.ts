import type { InnerWords } from '~/locales/en/inner'
import type { Words } from '~/locales/en'
import type { OperationStatus, PacketResultName, PaymentState, RefundState, RefundStatus } from '#shared/types/clearing'
import type { PacketOutcome, PacketState } from '#shared/types/packet'

/** Colour family of a label; the text always says the same. */
export type Tone = 'good' | 'wait' | 'warn' | 'bad' | 'quiet'

export interface Label {
  readonly text: string
  readonly tone: Tone
}

const packetTones: Readonly<Record<PacketState, Tone>> = { in_flight: 'wait', stuck_undelivered: 'warn', stuck_unacknowledged: 'wait', stuck_error_acknowledged: 'warn', timed_out: 'warn', completed: 'good', unknown: 'quiet' }
const resultTones: Readonly<Record<PacketResultName, Tone>> = { delivered: 'good', returned_by_timeout: 'good', returned_by_error: 'good', pending: 'bad', unknown: 'quiet' }
const operationTones: Readonly<Record<OperationStatus, Tone>> = { awaiting_payment: 'wait', queued: 'wait', clearing: 'wait', cleared: 'good', partially_cleared: 'warn', not_cleared: 'bad', not_needed: 'good', expired: 'quiet', needs_attention: 'warn', resolved: 'good' }
const paymentTones: Readonly<Record<PaymentState, Tone>> = { seen: 'wait', credited: 'good', refund_owed: 'warn', unallocated: 'warn', owner_capital: 'quiet' }
const refundStatusTones: Readonly<Record<Exclude<RefundStatus, 'none'>, Tone>> = { owed: 'wait', in_progress: 'wait', done: 'good', held: 'warn' }
const refundTones: Readonly<Record<RefundState, Tone>> = { planned: 'wait', held: 'warn', signed: 'wait', broadcast: 'wait', confirmed: 'good' }

export const packetStateLabel = (state: PacketState, t: Words): Label => ({ text: t.packet.states[state], tone: packetTones[state] })
export const outcomeLabel = (outcome: PacketOutcome, t: Words): Label => ({ text: t.packet.outcomes[outcome], tone: 'good' })
export const resultLabel = (result: PacketResultName, t: InnerWords): Label => ({ text: t.clearing.results[result], tone: resultTones[result] })
export const operationLabel = (status: OperationStatus, t: InnerWords): Label => ({ text: t.clearing.statuses[status], tone: operationTones[status] })
export const paymentLabel = (state: PaymentState, t: InnerWords): Label => ({ text: t.clearing.paymentStates[state], tone: paymentTones[state] })
export const refundLabel = (state: RefundState, t: InnerWords): Label => ({ text: t.clearing.refundStates[state], tone: refundTones[state] })
export const refundStatusLabel = (status: RefundStatus, t: InnerWords): Label | undefined => status === 'none' ? undefined : { text: t.clearing.refundStatuses[status], tone: refundStatusTones[status] }

/** After these nothing happens by itself any more, refunds aside. */
export const finalStatuses: ReadonlySet<OperationStatus> = new Set(['cleared', 'partially_cleared', 'not_cleared', 'not_needed', 'expired', 'resolved'])
