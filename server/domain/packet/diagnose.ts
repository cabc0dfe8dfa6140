import type { DiagnosisCode, PayingHelps } from '../../../shared/types/packet'
import type { Coin } from '../../../shared/utils/coin'
import { durationText, shortAddress } from '../../../shared/utils/short-text'
import type { EvidenceRow } from '../clearing/evidence'
import { neverSent, sentAt, type Classified } from './classify'
import { evidenceOf } from './evidence'
import type { Answer, ClientStatus, PacketFacts, RouteFacts, Tip } from './facts'
import { timeoutDate } from './timeout'

export interface Diagnosis {
  readonly code: DiagnosisCode
  /** One plain sentence with amount and shortened addresses, where they are known. */
  readonly sentence: string
  readonly evidence: readonly EvidenceRow[]
  readonly payingHelps: PayingHelps
  readonly nextStep: string
}

export interface DiagnosisContext {
  readonly now: Date
  /** undefined: not read, so that nothing is said about clients and channel ends. */
  readonly route?: RouteFacts
  /** A chain whose newest block is older than this has stopped. */
  readonly haltedAfterMs: number
  /** Earlier packet of an ordered channel that must be received first. */
  readonly blockedBySequence?: bigint | null
  chainName(chainId: string): string
  /** A coin of a packet that `chainId` sent, as a person reads it: `1.5 ATOM`. */
  coinText(coin: Coin, chainId: string): string
}

interface Finding {
  readonly code: DiagnosisCode
  readonly clause: string
  readonly payingHelps: PayingHelps
  readonly nextStep: string
}

/** A packet this close to its timeout may run out while it is being paid for. */
const timingOutSoonMs = 120_000
/** ICS-20 limits of ibc-go: longer ones are refused on receipt. */
const maxMemoBytes = 32_768
const maxReceiverBytes = 2_048

interface View {
  readonly facts: PacketFacts
  readonly classified: Classified
  readonly context: DiagnosisContext
  readonly source: string
  readonly destination: string
}

const payForIt = 'Have exactly this packet cleared.'

function problemOfClient(status: Answer<ClientStatus> | undefined, where: string): Finding | null {
  if (!status?.known || status.value === 'Active' || status.value === 'Unknown') return null
  const frozen = status.value === 'Frozen'
  return {
    code: frozen ? 'client_frozen' : 'client_expired',
    clause: `cannot move, because the light client on ${where} is ${frozen ? 'frozen' : 'expired'}`,
    payingHelps: 'no',
    nextStep: `Wait for the governance of ${where} to recover the client; the money stays in escrow until then.`,
  }
}

function isHalted(tip: Answer<Tip>, context: DiagnosisContext): tip is Extract<Answer<Tip>, { known: true }> {
  return tip.known && context.now.getTime() - tip.value.time.getTime() > context.haltedAfterMs
}

function halted(view: View): Finding | null {
  const { facts, context, destination } = view
  if (!isHalted(facts.destinationTip, context)) return null
  const seconds = (context.now.getTime() - facts.destinationTip.value.time.getTime()) / 1000
  return { code: 'destination_halted', clause: `waits, because ${destination} has made no block for ${durationText(seconds)}`, payingHelps: 'no', nextStep: `Wait until ${destination} makes blocks again.` }
}

function problemOfRoute(view: View): Finding | null {
  const { classified: { need }, context: { route }, source, destination } = view
  if (!route) return null
  const closed = (state: RouteFacts['sourceChannelState'], where: string): Finding | null => state.known && state.value !== 'open'
    ? { code: 'channel_closed', clause: `cannot be delivered, because the channel on ${where} is ${state.value === 'closed' ? 'closed' : 'not open'}`, payingHelps: 'no', nextStep: 'The money comes back by a timeout on close, which this service does not relay yet.' }
    : null
  const onSource = problemOfClient(route.sourceClientStatus, source) ?? closed(route.sourceChannelState, source)
  if (onSource || need !== 'deliver') return onSource
  return problemOfClient(route.destinationClientStatus, destination) ?? closed(route.destinationChannelState, destination)
}

function tooLong(view: View): Finding | null {
  const transfer = view.facts.sent.known ? view.facts.sent.value?.transfer : null
  if (!transfer) return null
  const bytes = (text: string) => new TextEncoder().encode(text).length
  if (bytes(transfer.memo) <= maxMemoBytes && bytes(transfer.receiver) <= maxReceiverBytes) return null
  return {
    code: 'receiver_or_memo_too_long', clause: 'cannot be delivered, because its memo or receiver is longer than receiving chains accept', payingHelps: 'no',
    nextStep: 'Wait for the timeout; then the refund can be cleared.',
  }
}

function timingOutSoon(view: View): Finding | null {
  const { facts: { sent, destinationTip }, destination } = view
  const timeout = sent.known && sent.value ? timeoutDate(sent.value) : null
  if (!timeout || !destinationTip.known) return null
  const leftMs = timeout.getTime() - destinationTip.value.time.getTime()
  if (leftMs > timingOutSoonMs) return null
  return {
    code: 'timing_out_soon', clause: `is not delivered to ${destination} and times out in ${durationText(leftMs / 1000)}`, payingHelps: 'no',
    nextStep: 'Wait until it has timed out; then the money can be brought back.',
  }
}

function ofUndelivered(view: View): Finding {
  const { classified, context: { now, blockedBySequence }, facts, destination } = view
  const problem = halted(view) ?? problemOfRoute(view) ?? tooLong(view)
  if (problem) return problem
  if (blockedBySequence) {
    return { code: 'ordered_channel_blocked', clause: `waits behind packet ${blockedBySequence} of the same ordered channel`, payingHelps: 'no', nextStep: `Packet ${blockedBySequence} must be cleared first.` }
  }
  const soon = timingOutSoon(view)
  if (soon) return soon
  const sent = sentAt(facts)
  const age = sent ? ` for ${durationText((now.getTime() - sent.getTime()) / 1000)}` : ''
  if (classified.state === 'in_flight') {
    return { code: 'in_flight', clause: `is on its way to ${destination}${age}, not long enough to be called stuck`, payingHelps: 'not_needed', nextStep: 'Wait some minutes: a relayer usually delivers it without your doing.' }
  }
  return { code: 'undelivered', clause: `waits${age} to be delivered to ${destination}: no relayer has carried it`, payingHelps: 'yes', nextStep: payForIt }
}

function ofReceived(view: View): Finding {
  const { facts: { acknowledgement }, classified, source, destination } = view
  const reading = acknowledgement.known ? acknowledgement.value : undefined
  if (reading === 'none') {
    return { code: 'async_ack_pending', clause: `was received on ${destination}, which has not written its acknowledgement yet (it may be forwarding the transfer)`, payingHelps: 'no', nextStep: `Look for the next hop, sent by ${destination}; nothing can be relayed back until it is finished.` }
  }
  if (reading !== 'error') {
    return { code: 'delivered_ack_missing', clause: `was delivered on ${destination}; only the acknowledgement has not come back to ${source}`, payingHelps: 'not_needed', nextStep: 'Nothing: the recipient has been paid.' }
  }
  const problem = problemOfRoute(view)
  if (problem) return problem
  const inFlight = classified.state === 'in_flight'
  return {
    code: inFlight ? 'in_flight' : 'error_ack_pending',
    clause: `was refused by ${destination}; the refund on ${source} waits for the error acknowledgement to come back`,
    payingHelps: inFlight ? 'not_needed' : 'yes',
    nextStep: inFlight ? 'Wait some minutes: a relayer usually brings the acknowledgement back.' : payForIt,
  }
}

const endings = {
  delivered: 'was delivered, and the acknowledgement came back',
  returned_by_timeout: 'timed out and was returned to the sender',
  returned_by_error: 'was refused by the destination and returned to the sender',
} as const

function ofUnknown(view: View): Finding {
  const { facts, source, destination } = view
  const tryAgain = 'Try again in some minutes.'
  const cannotTell = (code: DiagnosisCode, clause: string): Finding => ({ code, clause, payingHelps: 'unknown', nextStep: tryAgain })
  if (neverSent(facts)) return { code: 'not_found', clause: `was never sent on this channel of ${source}`, payingHelps: 'no', nextStep: 'Check the chain, the channel and the sequence.' }
  if (!facts.commitment.known) return cannotTell('source_unreachable', `cannot be judged, because ${source} could not be asked`)
  if (!facts.commitment.value) return cannotTell('cannot_tell', `cannot be judged: ${source} holds no commitment of it and does not say whether it ever sent it`)
  if (!facts.destination) {
    return { code: 'route_not_served', clause: 'goes to a chain that is not served here', payingHelps: 'no', nextStep: 'Ask a relayer operator of that channel.' }
  }
  if (!facts.received.known) return cannotTell('destination_unreachable', `cannot be judged, because ${destination} could not be asked`)
  if (facts.received.value) return cannotTell('cannot_tell', `was received on ${destination}, but what it acknowledged could not be read`)
  if (facts.sent.known && facts.sent.value === null) {
    return { code: 'packet_data_pruned', clause: `is pending, but no node that we can ask still has the transaction that sent it, which a relayer needs`, payingHelps: 'no', nextStep: 'Try again in a minute; if it stays so, ask a relayer operator who runs an archive node.' }
  }
  if (!facts.destinationTip.known) return cannotTell('destination_unreachable', `cannot be judged, because the time on ${destination} could not be asked`)
  return cannotTell('cannot_tell', 'is pending, but the transaction that sent it could not be read, so that its timeout is not known')
}

function find(view: View): Finding {
  const { classified, facts, source } = view
  switch (classified.state) {
    case 'unknown': return ofUnknown(view)
    case 'completed': return {
      code: 'completed', clause: classified.outcome ? endings[classified.outcome] : `is finished on ${source}; how it ended could not be read`, payingHelps: 'not_needed', nextStep: 'There is nothing to do.',
    }
    case 'timed_out': return problemOfRoute(view)
      ?? { code: 'timed_out', clause: `timed out; the sender's refund on ${source} waits for a relayer to bring the proof`, payingHelps: 'yes', nextStep: payForIt }
    case 'stuck_undelivered': return ofUndelivered(view)
    case 'stuck_unacknowledged':
    case 'stuck_error_acknowledged': return ofReceived(view)
    case 'in_flight': return facts.received.known && facts.received.value ? ofReceived(view) : ofUndelivered(view)
    default: return classified.state satisfies never
  }
}

function subject(facts: PacketFacts, context: DiagnosisContext): string {
  const transfer = facts.sent.known ? facts.sent.value?.transfer : null
  if (!transfer) return `Packet ${facts.id.sequence}`
  return `${context.coinText(transfer.coin, facts.id.chainId)} from ${shortAddress(transfer.sender)} to ${shortAddress(transfer.receiver)}`
}

/** Why the packet is where it is, whether paying helps, and on which chain answers that rests. */
export function diagnose(facts: PacketFacts, classified: Classified, context: DiagnosisContext): Diagnosis {
  const view: View = {
    facts, classified, context,
    source: context.chainName(facts.id.chainId),
    destination: facts.destination ? context.chainName(facts.destination.chainId) : 'the destination',
  }
  const { code, clause, payingHelps, nextStep } = find(view)
  return { code, sentence: `${subject(facts, context)} ${clause}.`, evidence: evidenceOf(facts, context.route), payingHelps, nextStep }
}
