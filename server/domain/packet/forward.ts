import type { PacketFacts } from './facts'

/** Where a transfer is sent on to (packet-forward-middleware: `{"forward":{"receiver","port","channel"}}` in the memo). */
export interface Forward {
  readonly receiver: string
  readonly portId: string
  readonly channelId: string
}

/** null: the memo asks for no forwarding. */
function readForward(memo: string): Forward | null {
  try {
    const parsed: unknown = JSON.parse(memo)
    const forward = typeof parsed === 'object' && parsed !== null && 'forward' in parsed ? parsed.forward : null
    if (typeof forward !== 'object' || forward === null) return null
    const { receiver, port, channel } = forward as Record<string, unknown>
    return typeof receiver === 'string' && typeof port === 'string' && typeof channel === 'string' ? { receiver, portId: port, channelId: channel } : null
  }
  catch {
    return null // an ordinary memo
  }
}

/** Where a packet's memo asks the chain that receives it to send the transfer on to; null: nowhere. */
export function forwardOf(facts: PacketFacts): Forward | null {
  const transfer = facts.sent.known ? facts.sent.value?.transfer : null
  return transfer ? readForward(transfer.memo) : null
}

/** Received, not refused, and asked to be forwarded: another packet may have carried it on. */
export function mayHaveGoneOn(facts: PacketFacts): boolean {
  const { received, acknowledgement } = facts
  return received.known && received.value && acknowledgement.known && acknowledgement.value !== 'error' && forwardOf(facts) !== null
}

/**
 * The packet that carries `facts`' transfer on, among those that the receiving transaction sent: same channel and receiver,
 * and the same amount where several fit. undefined when none or still several do: a batch may hold twins, and a guess
 * could name a stranger's.
 */
export function nextHopAmong(facts: PacketFacts, candidates: readonly PacketFacts[]): PacketFacts | undefined {
  const forward = forwardOf(facts)
  if (!forward) return undefined
  const transferOf = ({ sent }: PacketFacts) => sent.known ? sent.value?.transfer : null
  const fitting = candidates.filter(candidate =>
    candidate.id.portId === forward.portId && candidate.id.channelId === forward.channelId && transferOf(candidate)?.receiver === forward.receiver)
  const exact = fitting.filter(candidate => transferOf(candidate)?.coin.amount === transferOf(facts)?.coin.amount)
  const [only, ...others] = fitting.length > 1 ? exact : fitting
  return others.length === 0 ? only : undefined
}
