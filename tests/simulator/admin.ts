import type { AdminAct } from '../../shared/schemas/admin'
import type { World } from './world'

/** An admin at the API: acts that fit what is there, and acts that do not. */

interface Place { readonly id: string, readonly chain_id: string }

const reason = 'decided by an admin'

async function rows(world: World, query: string): Promise<readonly Place[]> {
  return world.database.ask<Place>(query)
}

const wishes = {
  approve: 4, send_back: 3, allocate: 2, give_back: 2, retry: 2, resolve: 1, mark_sent: 1, accept: 1, pause: 1, resume: 3,
} as const
type Wish = keyof typeof wishes

/** An act of this kind on something that it may fit; undefined: there is nothing. */
async function actFor(world: World, wish: Wish): Promise<AdminAct | undefined> {
  const { random } = world
  const one = async (query: string) => {
    const found = await rows(world, query)
    return found.length > 0 ? random.pick(found) : undefined
  }
  const payment = () => one(`select id, chain_id from payments where state = 'unallocated' order by height, tx_index, msg_index`)
  const operation = (statuses: string) => one(`select id, payment_chain_id as chain_id from clearing_operations where status in (${statuses}) order by id`)
  const stranger = () => one(`select tx_hash as id, chain_id from wallet_outgoing where kind = 'stranger' and accepted_reason is null and tx_hash is not null order by height, tx_index`)
  switch (wish) {
    case 'approve': return one(`select id, chain_id from refunds where state = 'held' order by id`).then(found => found && { action: 'refund.approve', refundId: found.id, reason })
    case 'send_back': return payment().then(found => found && { action: 'payment.refund', paymentId: found.id, reason })
    case 'allocate': return payment().then(found => found && world.tokens.length > 0 ? { action: 'payment.allocate', paymentId: found.id, token: random.pick(world.tokens).memoCode, reason } : undefined)
    case 'give_back': return operation(`'cleared', 'partially_cleared', 'resolved'`).then(found => found && { action: 'operation.refund', operationId: found.id, amount: random.chance(0.5) ? null : String(random.between(1, 200)), reason })
    case 'retry': return operation(`'needs_attention', 'queued'`).then(found => found && { action: 'operation.retry', operationId: found.id, reason })
    case 'resolve': return operation(`'needs_attention', 'queued'`).then(found => found && { action: 'operation.resolve', operationId: found.id, keep: [], reason })
    case 'mark_sent': {
      const [sent, owed] = [await stranger(), await one(`select id, chain_id from refunds where state in ('planned', 'held') order by id`)]
      return sent && owed && { action: 'refund.mark_sent', refundId: owed.id, txHash: sent.id, reason }
    }
    // Only somebody who knows what it was may accept it: a thief's, or a slip of the hand.
    case 'accept': return world.restored ? undefined : stranger().then(found => found && { action: 'outgoing.accept', chainId: found.chain_id, txHash: found.id, reason })
    case 'pause': return { action: 'pause.start', scope: random.pick(['everything', 'payouts', 'payouts:hub-1', 'route:hub-1/transfer/channel-0']), reason }
    case 'resume': return one(`select scope as id, '' as chain_id from pauses order by scope`).then(found => found && { action: 'pause.end', scope: found.id, reason })
    default: return wish satisfies never
  }
}

function start(world: World, act: AdminAct): void {
  const instance = world.random.pick(world.awake)
  world.start(instance, `admin ${act.action}`, async () => {
    await instance.act(act)
    world.count(`admin ${act.action}`)
  })
}

export async function actAsAdmin(world: World): Promise<void> {
  if (world.awake.length === 0) return
  const act = await actFor(world, world.random.weighted(wishes))
  if (act) start(world, act)
}

/** What an admin does once nothing is broken any more: ends pauses, approves what waits for it, explains what was stolen. */
export async function settleAsAdmin(world: World): Promise<void> {
  for (const { id } of await rows(world, `select scope as id, '' as chain_id from pauses order by scope`)) start(world, { action: 'pause.end', scope: id, reason })
  for (const { id } of await rows(world, `select id, chain_id from refunds where state = 'held' and hold_reason = 'approval' order by id`)) start(world, { action: 'refund.approve', refundId: id, reason })
  // What a restored database does not know may have been refunds: who lets them be sent again without looking pays twice.
  if (world.restored) return
  for (const { id, chain_id: chainId } of await rows(world, `select tx_hash as id, chain_id from wallet_outgoing where kind = 'stranger' and accepted_reason is null and tx_hash is not null order by height, tx_index`)) start(world, { action: 'outgoing.accept', chainId, txHash: id, reason })
}
