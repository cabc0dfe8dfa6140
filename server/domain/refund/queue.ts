import { mostRefundsPerTransaction } from './memo'
import type { Refund } from './refund'

/** Held ones that come to rest by a person or by time stand aside; what is too small waits for company. */
function mayLead(refund: Refund, now: Date): boolean {
  if (refund.state === 'planned') return true
  return refund.state === 'held' && refund.holdReason === 'refused' && refund.nextTryAt !== null && refund.nextTryAt <= now
}

/**
 * Groups of refunds that one transaction each would pay, in order of planning. What was too small to be sent alone goes
 * along with the next refund of the same denom to the same payer.
 */
export function payoutGroups(waiting: readonly Refund[], now: Date): [Refund, ...Refund[]][] {
  const taken = new Set<string>()
  return waiting.filter(refund => mayLead(refund, now)).map((lead) => {
    taken.add(lead.id)
    const small = waiting.filter(mate => !taken.has(mate.id) && mate.state === 'held' && mate.holdReason === 'minimum'
      && lead.destination !== null && mate.destination === lead.destination && mate.coin.denom === lead.coin.denom)
    const mates = small.slice(0, mostRefundsPerTransaction - 1)
    for (const mate of mates) taken.add(mate.id)
    return [lead, ...mates]
  })
}
