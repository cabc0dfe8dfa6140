import type { PacketNeed } from '../../../shared/types/packet'
import { formatPacketId } from '../../../shared/utils/packet-id'
import type { Answer, PacketFacts, PacketLeg, Tip } from '../packet/facts'
import type { DecidedPacket } from './operation'

/** A relayer account, as it appears in RelayerAccounts: `osmosis-1/osmo1…`. */
export function relayerAccount(chainId: string, address: string): string {
  return `${chainId}/${address}`
}

export interface RelayerAccounts {
  /** Made by relayerAccount. */
  readonly accounts: ReadonlySet<string>
  readonly chainIds: ReadonlySet<string>
}

export interface VerdictContext {
  /** What was paid for: legs that were done before the quote are nobody's merit. */
  readonly need: PacketNeed
  readonly relayer: RelayerAccounts
  readonly now: Date
  /** A chain whose tip is older than this has stopped: what it says may be overtaken by what waits in its mempool. */
  readonly haltedAfterMs: number
}

/** What chain facts say about one paid packet. */
export type Verdict
  = | { readonly kind: 'decided', readonly decided: DecidedPacket }
  /** Commitment present. `relayable`: a relayer run can change something now. */
    | { readonly kind: 'open', readonly received: boolean | null, readonly relayable: boolean, readonly reason: string }
    | { readonly kind: 'unknown', readonly reason: string }

const resultOf = { acknowledged_success: 'delivered', acknowledged_error: 'returned_by_error', timed_out: 'returned_by_timeout' } as const

function legsThatCount(legs: readonly PacketLeg[], need: PacketNeed): PacketLeg[] {
  return legs.filter(({ leg }) => leg === 'acknowledge' || leg === 'timeout' || (leg === 'receive' && need !== 'acknowledge'))
}

/** null: a leg that must exist was not found, or its signer cannot be told. */
function whoRelayed(legs: readonly PacketLeg[], required: readonly PacketLeg['leg'][], context: VerdictContext): 'us' | 'other' | null {
  const counting = legsThatCount(legs, context.need)
  if (counting.some(leg => leg.signer !== null && context.relayer.accounts.has(relayerAccount(leg.chainId, leg.signer)))) return 'us'
  const complete = required.every(name => counting.some(leg => leg.leg === name))
  const readable = counting.every(leg => leg.signer !== null && context.relayer.chainIds.has(leg.chainId))
  return complete && readable ? 'other' : null
}

function finished(facts: PacketFacts, context: VerdictContext): Verdict {
  const { id, nextSequenceSend, finishedBy } = facts
  if (nextSequenceSend.known && id.sequence >= nextSequenceSend.value) return { kind: 'unknown', reason: `${id.chainId} says that it never sent ${formatPacketId(id)}` }
  if (!finishedBy.known) return { kind: 'unknown', reason: finishedBy.reason }
  const required: PacketLeg['leg'][] = finishedBy.value === 'timed_out' ? ['timeout'] : context.need === 'acknowledge' ? ['acknowledge'] : ['receive', 'acknowledge']
  const relayedBy = whoRelayed(facts.legs, required, context)
  if (relayedBy === null) return { kind: 'unknown', reason: 'the txs that relayed it were not all found' }
  return { kind: 'decided', decided: { id, result: resultOf[finishedBy.value], relayedBy, refundReason: 'relayed_by_other' } }
}

function haltedChain(facts: PacketFacts, context: VerdictContext): string | null {
  const halted = (tip: Answer<Tip>) => tip.known && context.now.getTime() - tip.value.time.getTime() > context.haltedAfterMs
  if (halted(facts.sourceTip)) return facts.id.chainId
  return halted(facts.destinationTip) ? facts.destination?.chainId ?? 'the destination' : null
}

function open(facts: PacketFacts, context: VerdictContext): Verdict {
  const received = facts.received.known ? facts.received.value : null
  const waiting = (reason: string): Verdict => ({ kind: 'open', received, relayable: false, reason })
  if (!facts.received.known) return waiting(facts.received.reason)
  const halted = haltedChain(facts, context)
  if (halted !== null) return waiting(`${halted} makes no blocks`)
  if (!facts.received.value) return { kind: 'open', received: false, relayable: true, reason: 'not received yet' }
  if (!facts.acknowledgement.known) return waiting(facts.acknowledgement.reason)
  if (facts.acknowledgement.value === 'none') return waiting('received; the destination has not written its acknowledgement yet')
  return { kind: 'open', received: true, relayable: true, reason: 'received; the acknowledgement is missing on the source' }
}

/** Judges one packet from chain facts read with legs. What a relayer program said plays no part. */
export function judgePacket(facts: PacketFacts, context: VerdictContext): Verdict {
  if (!facts.commitment.known) return { kind: 'unknown', reason: facts.commitment.reason }
  return facts.commitment.value ? open(facts, context) : finished(facts, context)
}

/**
 * The last word when nothing more will be tried (`reason`). What was received with a success acknowledgement counts as
 * delivered although the source still waits for that acknowledgement, unless the acknowledgement was what was paid for.
 * What we received with an error, unreadable or asynchronous acknowledgement is not done: nobody has the money yet, so the
 * share goes back although a leg is ours (docs/explanation/refunds.md, "What the deadline decides").
 * `everRun`: a relayer run was started for it, as far as our rows know; without one a silent chain keeps nothing from its
 * refund. null: cannot tell.
 */
export function lastWord(facts: PacketFacts, context: VerdictContext, reason: 'not_cleared' | 'deadline', everRun: boolean): DecidedPacket | null {
  const verdict = judgePacket(facts, context)
  if (verdict.kind === 'decided') return verdict.decided
  if (verdict.kind === 'unknown') return null
  const notDone: DecidedPacket = { id: facts.id, result: 'pending', relayedBy: 'nobody', refundReason: reason }
  if (verdict.received === null) return everRun ? null : notDone
  // What arrived has arrived, also on a chain that stands still; what did not may be on its way there.
  const undone = everRun && haltedChain(facts, context) !== null ? null : notDone
  if (!verdict.received || context.need === 'acknowledge') return undone
  if (!facts.acknowledgement.known) return null
  if (facts.acknowledgement.value !== 'success' && facts.acknowledgement.value !== 'other_success') return undone
  const relayedBy = whoRelayed(facts.legs, ['receive'], context)
  return relayedBy === null ? null : { id: facts.id, result: 'delivered', relayedBy, refundReason: 'relayed_by_other' }
}

/** How far a packet is: 0 committed only, 1 received, 2 finished; null when unknown. A run that moved it raises the figure. */
export function progress(facts: PacketFacts): 0 | 1 | 2 | null {
  if (!facts.commitment.known) return null
  if (!facts.commitment.value) return 2
  if (!facts.received.known) return null
  return facts.received.value ? 1 : 0
}
