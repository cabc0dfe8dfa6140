import type { SimulatorDatabase } from './database'
import { payoutSettings } from './instance'
import { feeDenom, operatorAddress } from './network'
import { mayBeMissing, sortReadings, type Reading } from './readings'
import type { Spend } from './service-account'
import type { World } from './world'

interface RefundRow {
  readonly id: string
  readonly chain_id: string
  readonly payment: string
  readonly payment_amount: string
  readonly destination: string
  readonly denom: string
  readonly amount: string
  readonly less_fee: boolean
  readonly reason: string
  readonly state: string
  readonly tx_hash: string | null
  /** An admin let it go, in this database or in one that a backup has replaced. */
  readonly approved: boolean
}

/** What the payout checks remember from one step to the next. */
export interface CheckedPayouts {
  /** Spends of a chain that were looked at, by chain id. */
  readonly seen: Map<string, number>
  /** Hash of the tx that paid a refund, by the refund's id. */
  readonly paidBy: Map<string, string>
  /** Every refund that was ever planned, in this database or in one that a backup has replaced. */
  readonly refunds: Map<string, RefundRow>
  readonly mostOwed: Map<string, bigint>
  /** Ids of signed transactions whose signer was looked at. */
  readonly signed: Set<string>
  /** Since when a tx that fits nothing is known and unexplained, by its place. */
  readonly strangers: Map<string, number>
}

export const nothingPaid = (): CheckedPayouts => ({ seen: new Map(), paidBy: new Map(), refunds: new Map(), mostOwed: new Map(), signed: new Set(), strangers: new Map() })

interface OutgoingRow extends Reading { readonly tx_index: number, readonly tx_hash: string | null, readonly code: number, readonly kind: string | null, readonly note: string | null, readonly to_address: string | null, readonly coins: string, readonly fee: string }
interface SignedRow { readonly id: string, readonly chain_id: string, readonly signer: string, readonly holder: string, readonly owned: boolean }
interface HeldRow { readonly chain_id: string, readonly denom: string, readonly held: string }

const refundsQuery = `
select r.id, r.chain_id, p.chain_id || '/' || p.height || '/' || p.tx_index || '/' || p.msg_index || '/' || p.denom as payment, p.amount::text as payment_amount,
  r.destination, r.denom, r.amount::text, r.network_fee_deducted as less_fee, r.reason, r.state, r.tx_hash, r.approved_by is not null as approved
from refunds r join payments p on p.id = r.payment_id`

const outgoingQuery = `
select chain_id as "chainId", height::text, block_hash as "blockHash", result_codes as codes, confirmation, tx_index, tx_hash, code, kind, note, to_address,
  (select coalesce(string_agg((c->>'amount') || (c->>'denom'), ','), '') from jsonb_array_elements(coins) c) as coins, (select coalesce(string_agg((c->>'amount') || (c->>'denom'), ','), '') from jsonb_array_elements(fee) c) as fee
from wallet_outgoing`

const signedQuery = `
select t.id, t.chain_id, t.instance_id || ' with fence ' || t.fence as signer, l.holder || ' with fence ' || l.fence as holder, t.fence = l.fence and t.instance_id = l.holder and l.lease_until > simulator.now() as owned
from refund_transactions t join payout_lanes l using (chain_id, address) where t.state = 'open'`

const strangersQuery = `select distinct chain_id || ' ' || height || '/' || tx_index as place from wallet_outgoing where kind = 'stranger' and accepted_reason is null`

// What is recorded but not yet vouched for is in the books nowhere, or only on one side: such a chain is compared later.
const heldQuery = `
select l.chain_id, l.denom, sum(l.amount)::text as held from ledger_entries l where l.account like 'wallet:service%'
  and not exists (select 1 from payments p where p.chain_id = l.chain_id and p.state = 'seen') and not exists (select 1 from wallet_outgoing w where w.chain_id = l.chain_id and w.kind is null)
group by 1, 2`

const surplus = new Set(['overpaid', 'duplicate', 'too_late', 'wrong_denom'])
/** What one payment may be owed back for: what was never credited, or what was. */
const claimOf = (refund: RefundRow) => `${refund.payment} ${surplus.has(refund.reason) ? 'surplus' : 'share'}`

/** Whether a tx pays these refunds to the unit: to whom, in what, and less its own fee only where the payer caused all. */
function paysExactly(spend: Spend, refunds: readonly RefundRow[]): boolean {
  const total = refunds.reduce((sum, refund) => sum + BigInt(refund.amount), 0n)
  const borne = refunds.every(refund => refund.less_fee) && spend.fee.denom === spend.coin.denom ? spend.fee.amount : 0n
  const byHandWhole = spend.by === 'hand' && spend.coin.amount === total
  return refunds.every(refund => refund.destination === spend.toAddress && refund.denom === spend.coin.denom) && (spend.coin.amount === total - borne || byHandWhole)
}

const needsApproval = ({ payoutRules: { approvalAbove } }: World, refund: RefundRow) => approvalAbove !== null && refund.denom === feeDenom(refund.chain_id) && BigInt(refund.amount) > approvalAbove

/** No tx of ours pays what is not owed, or what another has paid: judged as soon as it is in a block, whatever the books say. */
function judgeSpends(world: World): void {
  const { seen, paidBy, refunds } = world.payouts
  for (const { chainId, service } of world.network.chains.values()) {
    for (const spend of service.spends.slice(seen.get(chainId) ?? 0)) {
      if (spend.by === 'app') world.count(`refund tx ${spend.code === 0 ? 'in a block' : `failed with ${spend.code}`}${service.calm ? '' : ' among faults'}`)
      if (spend.by !== 'app' || spend.code !== 0) continue
      const ids = spend.memo.split(',')
      const paid = ids.flatMap(id => refunds.get(id) ?? [])
      if (paid.length !== ids.length) world.violation(`payout ${spend.txHash} names refunds that were never planned: ${spend.memo}`)
      if (!paysExactly(spend, paid)) world.violation(`payout ${spend.txHash} sends ${spend.coin.amount}${spend.coin.denom} (fee ${spend.fee.amount}) to ${spend.toAddress}, owed is ${JSON.stringify(paid)}`)
      if (ids.length > 1) world.count('refunds sent together')
      for (const refund of paid) if (needsApproval(world, refund) && !refund.approved) world.violation(`refund ${refund.id} of ${refund.amount}${refund.denom} went without an approval`)
      for (const id of ids) {
        const before = paidBy.get(id)
        if (before !== undefined) world.violation(`refund ${id} was paid twice: by ${before} and ${spend.txHash}`)
        paidBy.set(id, spend.txHash)
      }
    }
    seen.set(chainId, service.spends.length)
  }
}

/** Over all databases of a seed: nothing goes back more than once, and never more than was owed at any time. */
function judgeClaims(world: World, rows: readonly RefundRow[]): void {
  const { refunds, paidBy, mostOwed } = world.payouts
  const sums = (some: Iterable<RefundRow>) => {
    const total = new Map<string, bigint>()
    for (const refund of some) total.set(claimOf(refund), (total.get(claimOf(refund)) ?? 0n) + BigInt(refund.amount))
    return total
  }
  for (const [claim, sum] of sums(rows)) if (sum > (mostOwed.get(claim) ?? 0n)) mostOwed.set(claim, sum)
  const paid = sums([...paidBy.keys()].flatMap(id => refunds.get(id) ?? []))
  for (const [claim, sum] of paid) if (sum > mostOwed.get(claim)!) world.violation(`I6 ${sum} went back for ${claim}, but at most ${mostOwed.get(claim)} was owed`)
}

/** Confirmed = a tx in a block, vouched for, that pays exactly this. */
function judgeConfirmed(world: World, rows: readonly RefundRow[]): void {
  const confirmed = rows.filter(row => row.state === 'confirmed')
  for (const txHash of new Set(confirmed.map(row => row.tx_hash))) {
    const refunds = confirmed.filter(row => row.tx_hash === txHash)
    const [chainId] = refunds.map(row => row.chain_id) as [string]
    const spends = world.network.chain(chainId).service.spends.filter(spend => spend.txHash === txHash && spend.code === 0)
    if (spends.length !== 1 || !paysExactly(spends[0]!, refunds)) world.violation(`refunds ${refunds.map(refund => refund.id).join(' ')} are confirmed by ${txHash}, but the chain has ${spends.length} such: ${spends.map(spend => `${spend.coin.amount}${spend.coin.denom} to ${spend.toAddress}`).join()}`)
  }
}

const expectedKinds: Readonly<Record<Spend['by'], readonly string[]>> = { app: ['refund', 'failed_refund'], hand: ['refund', 'failed_refund', 'stranger'], operator: ['operator', 'stranger'], thief: ['stranger'] }

/** Every spend up to the cursor is recorded to the unit, once, and judged for what it was. */
function judgeOutgoing(world: World, rows: readonly OutgoingRow[]): void {
  const { truths, misread } = sortReadings(world, rows)
  for (const row of rows) if (!truths.includes(row) && (row.kind !== null || row.confirmation !== 'none')) world.violation(`I3 an outgoing transaction is ${row.kind} and in no block: ${JSON.stringify(row)}`)
  const found = new Map(truths.map(row => [`${row.chainId}/${row.height}/${row.tx_index}`, row]))
  let due = 0
  for (const [chainId, cursor] of world.checked.cursors) {
    const first = world.checked.firstHeights.get(chainId) ?? 0n
    for (const spend of world.network.chain(chainId).service.spends) {
      if (spend.height > cursor || spend.height < first) continue
      const key = `${chainId}/${spend.height}/${spend.txIndex}`
      const row = found.get(key)
      if (!row && mayBeMissing(world, { chainId, height: spend.height }, misread)) {
        world.checked.incomplete.add(chainId)
        continue
      }
      due += 1
      const coins = spend.code === 0 ? `${spend.coin.amount}${spend.coin.denom}` : ''
      const fee = spend.fee.amount > 0n ? `${spend.fee.amount}${spend.fee.denom}` : ''
      if (!row) world.violation(`I3 ${key} (${spend.by}) left the wallet and is not in the books`)
      else if (row.tx_hash !== spend.txHash || row.code !== spend.code || row.coins !== coins || row.fee !== fee || (spend.code === 0 && row.to_address !== spend.toAddress)) world.violation(`I3 ${key} differs from the chain: ${JSON.stringify(row)}`)
      else if (row.kind !== null && !expectedKinds[spend.by].includes(row.kind) && !(world.restored && row.kind === 'stranger')) world.violation(`${key} of the ${spend.by} was judged ${row.kind}: ${row.note}`)
      else if (row.kind !== null && spend.by !== 'operator' && spend.code === 0 && row.kind === 'operator' && spend.toAddress !== operatorAddress(chainId)) world.violation(`${key} is no withdrawal`)
    }
  }
  if (truths.length !== due) world.violation(`I3 ${truths.length} outgoing transactions in the books, ${due} on chain`)
}

/**
 * Whoever kept signed bytes had the wallet's lane at that moment, looked at right after the commit; and what forbade payouts
 * for longer than a lease was there to be seen when that signer began.
 */
function judgeSigners(world: World, rows: readonly SignedRow[], places: readonly string[]): void {
  const { signed, strangers } = world.payouts
  const now = world.now.getTime()
  const known = new Map(places.map(place => [place, strangers.get(place) ?? now]))
  strangers.clear()
  for (const [place, since] of known) strangers.set(place, since)
  const isOld = (since: number | undefined) => since !== undefined && since < now - payoutSettings.leaseMs
  for (const row of rows.filter(({ id }) => !signed.has(id))) {
    signed.add(row.id)
    if (!row.owned) world.violation(`payout ${row.id} was signed by ${row.signer}, but the lane is held by ${row.holder}, or its lease is over`)
    const unexplained = [...known].find(([place, since]) => place.startsWith(`${row.chain_id} `) && isOld(since))
    if (unexplained) world.violation(`payout ${row.id} was signed while the tx at ${unexplained[0]} fitted nothing`)
    if (isOld(world.stopped.get(row.chain_id))) world.violation(`payout ${row.id} was signed while a broken invariant stopped payouts`)
  }
}

/** I2: where everything up to the cursor is booked, the books' wallet has changed exactly as the chain's. */
function judgeWallets(world: World, rows: readonly HeldRow[]): void {
  for (const { chain_id: chainId, denom, held } of rows) {
    const cursor = world.checked.cursors.get(chainId)
    const first = world.checked.firstHeights.get(chainId)
    if (cursor === undefined || first === undefined || world.checked.incomplete.has(chainId)) continue
    const { service } = world.network.chain(chainId)
    const balance = (height: bigint) => service.stateAt(height).balances.get(denom) ?? 0n
    const change = balance(cursor) - balance(first - 1n)
    world.count('wallet compared')
    if (change !== BigInt(held)) world.violation(`I2 the wallet of ${chainId} changed by ${change}${denom} up to ${cursor}, the books say ${held}`)
  }
}

export interface PayoutRows {
  readonly refunds: readonly RefundRow[]
  readonly outgoing: readonly OutgoingRow[]
  readonly signed: readonly SignedRow[]
  readonly strangers: readonly { readonly place: string }[]
  readonly held: readonly HeldRow[]
}

/** All that `checkPayouts` compares, asked for at once: waiting for each answer takes longer than the queries do. */
export async function readPayouts({ ask }: SimulatorDatabase): Promise<PayoutRows> {
  const [refunds, outgoing, signed, strangers, held] = await Promise.all([
    ask<RefundRow>(refundsQuery), ask<OutgoingRow>(outgoingQuery), ask<SignedRow>(signedQuery), ask<{ place: string }>(strangersQuery), ask<HeldRow>(heldQuery),
  ])
  return { refunds, outgoing, signed, strangers, held }
}

/** Everything about money that went out, against what truly left the wallets. */
export function checkPayouts(world: World, rows: PayoutRows): void {
  for (const row of rows.refunds) world.payouts.refunds.set(row.id, { ...row, approved: row.approved || world.payouts.refunds.get(row.id)?.approved === true })
  judgeSpends(world)
  judgeClaims(world, rows.refunds)
  judgeConfirmed(world, rows.refunds)
  judgeOutgoing(world, rows.outgoing)
  judgeSigners(world, rows.signed, rows.strangers.map(row => row.place))
  judgeWallets(world, rows.held)
}

/** Refunds that are at no end and have no stated reason to wait, in words. */
export async function unpaid(world: World): Promise<readonly string[]> {
  const rows = await world.database.ask<WaitingRow>(`
    select format('refund %s of %s%s to %s is %s%s', r.id, r.amount, r.denom, r.destination, r.state, coalesce(' (' || r.hold_reason || ': ' || r.hold_note || ')', '') || coalesce('; ' || l.wait_reason, '')) as text, r.chain_id, r.hold_reason, r.destination, l.wait_reason
    from refunds r left join payout_lanes l on l.chain_id = r.chain_id where r.state <> 'confirmed' and coalesce(r.hold_reason, '') not in ('minimum', 'no_destination')`)
  return rows.filter(row => !waitsForGoodReason(world, row)).map(row => row.text)
}

interface WaitingRow { readonly text: string, readonly chain_id: string, readonly hold_reason: string | null, readonly destination: string, readonly wait_reason: string | null }

function waitsForGoodReason(world: World, row: WaitingRow): boolean {
  // Refunds that only the lost database knew are strangers to the restored one: a person must tell what they paid.
  if (world.restored && row.wait_reason?.includes('fits nothing') === true) return true
  return (row.hold_reason === 'refused' || !world.signs) && world.network.chain(row.chain_id).service.blocked.has(row.destination)
}
