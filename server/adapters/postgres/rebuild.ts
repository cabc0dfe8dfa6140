import { sql } from 'drizzle-orm'
import { isSkipped } from '../../domain/reconciliation/gaps'
import type { RebuildStore, RebuiltRange } from '../../usecases/rebuild-ports'
import type { Database } from './database'
import { scanGapsOf } from './cursors'
import { movementsBetween } from './reconciliation'
import { scratchSchema } from './scratch-schema'
import { inSkippedBlock } from './skipped-blocks'

/** Sets without a transfer behind them: what a block does not show. */
const ownSets = sql.raw(`('opening_balance', 'correction', 'scan_gap')`)
/** Refunds that the payment and block times alone decide. */
const byPayment = sql.raw(`('overpaid', 'duplicate', 'too_late', 'wrong_denom', 'underpaid')`)
const scratch = (table: string) => sql.raw(`${scratchSchema}.${table}`)
const real = (table: string) => sql.raw(`public.${table}`)

async function begin(db: Database, chainId: string, since: Date | null): Promise<void> {
  const wanted = since === null ? sql`true` : sql`t.issued_at >= ${since.toISOString()}::timestamptz`
  await db.transaction(async (tx) => {
    await tx.execute(sql`insert into ${scratch('watched_wallets')} select * from ${real('watched_wallets')} where chain_id = ${chainId}`)
    await tx.execute(sql`insert into ${scratch('clearing_tokens')} select t.* from ${real('clearing_tokens')} t where t.payment_chain_id = ${chainId} and ${wanted}`)
    // Without their packets: nothing of them is claimed, and no work is queued.
    await tx.execute(sql`
      insert into ${scratch('clearing_operations')} (id, token, payment_chain_id, status, payment_issue, refund_status, grace_until, created_at)
      select o.id, o.token, o.payment_chain_id, 'awaiting_payment', 'none', 'none', o.grace_until, o.created_at
      from ${real('clearing_operations')} o join ${real('clearing_tokens')} t on t.token = o.token where t.payment_chain_id = ${chainId} and ${wanted}`)
    await tx.execute(sql`
      insert into ${scratch('refunds')} (id, payment_id, operation_id, chain_id, denom, amount, destination, reason, state, network_fee_deducted, planned_at)
      select id, payment_id, operation_id, chain_id, denom, amount, destination, reason, 'planned', network_fee_deducted, planned_at from ${real('refunds')} where chain_id = ${chainId}`)
    await tx.execute(sql`insert into ${scratch('refund_transactions')} select * from ${real('refund_transactions')} where chain_id = ${chainId}`)
  })
}

/** What each account gained in the sets that moved coins of a wallet in these blocks. */
const gained = (ledger: ReturnType<typeof sql.raw>, { chainId, from, to }: RebuiltRange) => sql`
  select account, denom, sum(amount) as amount from ${ledger}
  where chain_id = ${chainId} and cause not in ${ownSets} and entry_set in (select entry_set from ${ledger} where chain_id = ${chainId} and height between ${from.toString()}::bigint and ${to.toString()}::bigint and not ${inSkippedBlock(chainId, sql`height`)})
  group by 1, 2`

async function totals(db: Database, range: RebuiltRange): ReturnType<RebuildStore['totals']> {
  const rows = await db.execute<{ account: string, denom: string, chain: string, books: string }>(sql`
    select account, denom, coalesce(c.amount, 0)::text as chain, coalesce(b.amount, 0)::text as books
    from (${gained(scratch('ledger_entries'), range)}) c full join (${gained(real('ledger_entries'), range)}) b using (account, denom) order by account, denom`)
  return rows.map(row => ({ account: row.account, denom: row.denom, chain: BigInt(row.chain), books: BigInt(row.books) }))
}

const placed = (payments: ReturnType<typeof sql.raw>, refunds: ReturnType<typeof sql.raw>, { chainId, from, to }: RebuiltRange) => sql`
  select p.*, coalesce((select sum(r.amount) from ${refunds} r where r.payment_id = p.id and r.reason in ${byPayment}), 0) as goes_back
  from ${payments} p where p.chain_id = ${chainId} and p.height between ${from.toString()}::bigint and ${to.toString()}::bigint`

async function placements(db: Database, range: RebuiltRange): ReturnType<RebuildStore['placements']> {
  const rows = await db.execute<{ paymentId: string, sentence: string }>(sql`
    select b.id as "paymentId", format('Payment %s of %s %s on %s (block %s, transaction %s) is %s, credited with %s and %s owed back for itself, as the chain tells it; the books have it %s, with %s and %s.',
      b.id, b.amount, b.denom, b.chain_id, b.height, coalesce(b.tx_hash, 'none'), c.state, c.credited_amount, c.goes_back, b.state, b.credited_amount, b.goes_back) as sentence
    from (${placed(scratch('payments'), scratch('refunds'), range)}) c
    join (${placed(real('payments'), real('refunds'), range)}) b using (chain_id, height, tx_index, msg_index, denom, to_address)
    where (c.state, c.credited_amount, c.goes_back) is distinct from (b.state, b.credited_amount, b.goes_back)
      and not exists (select 1 from ${real('audit_log')} a where a.subject_type = 'payment' and a.subject_id = b.id::text and a.actor = 'admin')
      and (b.operation_id is null or exists (select 1 from ${scratch('clearing_operations')} o where o.id = b.operation_id))
    order by b.height, b.tx_index, b.msg_index`)
  return [...rows]
}

/** `scratchDb` sees the scratch tables first, `db` the real ones; both are of one database. */
export function makeRebuildStore(scratchDb: Database, db: Database): RebuildStore {
  return {
    begin: (chainId, since) => begin(scratchDb, chainId, since),
    pass: async (chainId, height) => {
      await scratchDb.execute(sql`insert into chain_cursors (chain_id, purpose, height) values (${chainId}, 'primary', ${height.toString()}::bigint) on conflict (chain_id, purpose) do update set height = excluded.height`)
    },
    rebuiltMovements: ({ chainId, from, to }) => movementsBetween(scratchDb)(chainId, from, to),
    keptMovements: async ({ chainId, from, to }) => {
      const gaps = await scanGapsOf(db, chainId)
      return (await movementsBetween(db)(chainId, from, to)).filter(({ height }) => !isSkipped(gaps, height))
    },
    totals: range => totals(scratchDb, range),
    placements: range => placements(scratchDb, range),
  }
}
