/** Reasons whose refunds were never counted towards an operation: they leave `unallocated`, all others the operation. */
const neverCredited = `('overpaid', 'duplicate', 'too_late', 'wrong_denom', 'unallocated')`

/** Entries of their own that no row of a block stands behind. */
const withoutRow = `('opening_balance', 'correction', 'scan_gap')`

/**
 * I1, I4, I6 and the part of I2 that rows can tell: one row (invariant, chain_id, subject, sentence) per thing wrong, all
 * of one snapshot. The parts are written so that each can be run by hand, too (docs/money-safety.md).
 */
export const moneyQuery = `
with refunded as (
  select payment_id, sum(amount) as amount, coalesce(sum(amount) filter (where reason = 'overpaid'), 0) as surplus from refunds group by payment_id),
-- What the rows say each account must hold; liabilities and revenue are negative.
rows as (
  select chain_id, denom, 'liability:unallocated' as account, -amount as amount from payments where state = 'unallocated'
  union all select chain_id, denom, 'liability:refunds_payable', -amount from refunds where state <> 'confirmed'
  union all select chain_id, denom, 'revenue', -consumed_amount from payments where consumed_amount > 0
  union all select chain_id, denom, 'liability:operation:' || operation_id, consumed_amount - credited_amount from payments where state = 'credited'
  union all select chain_id, denom, 'liability:operation:' || operation_id, amount from refunds where operation_id is not null and reason not in ${neverCredited}
  union all select o.chain_id, f.denom, 'expense:gas', f.amount from wallet_outgoing o, jsonb_to_recordset(o.fee) as f(denom text, amount numeric) where o.kind is not null
  union all select chain_id, denom, 'expense:gas', -network_fee from refunds where network_fee > 0),
said as (select chain_id, denom, account, sum(amount) as amount from rows group by 1, 2, 3),
booked as (
  select chain_id, denom, account, sum(amount) as amount from ledger_entries
  where account not like 'wallet:%' and account not in ('equity:owner', 'unexplained') and cause <> 'scan_gap'
    and not (cause = 'correction' and reason is not null and payment_id is null) -- a person's: no row stands behind it
  group by 1, 2, 3),
-- Refunds that were confirmed before it was written down what payers bore.
unknown_fee as (select distinct chain_id from refunds where state = 'confirmed' and network_fee is null),
-- Before this height legs of wallets named no block.
nameless as (select chain_id, max(height) as until_height from ledger_entries where account = 'wallet:service' group by 1),
moved as (
  select chain_id, 'wallet:service:' || to_address as account, denom, height, amount from payments where state <> 'seen'
  union all select chain_id, 'wallet:relayer:' || address, denom, height, amount from wallet_funding where booked_at is not null
  union all select o.chain_id, 'wallet:' || w.role || ':' || w.address, c.denom, o.height, -c.amount from wallet_outgoing o join watched_wallets w using (chain_id, address), jsonb_to_recordset(o.coins) as c(denom text, amount numeric)
    where o.kind is not null and o.to_address is distinct from o.address
  union all select o.chain_id, 'wallet:' || w.role || ':' || w.address, f.denom, o.height, -f.amount from wallet_outgoing o join watched_wallets w using (chain_id, address), jsonb_to_recordset(o.fee) as f(denom text, amount numeric)
    where o.kind is not null),
moves as (select chain_id, account, denom, height, sum(amount) as amount from moved group by 1, 2, 3, 4),
legs as (
  select chain_id, account, denom, height, sum(amount) as amount from ledger_entries
  where (account like 'wallet:service:%' or account like 'wallet:relayer:%') and cause not in ${withoutRow} group by 1, 2, 3, 4),
operations as (
  select o.id, o.payment_chain_id as chain_id, o.status, t.total_amount, t.total_denom, coalesce(p.credited, 0) as credited, coalesce(p.consumed, 0) as consumed,
    coalesce(r.returned, 0) as returned, coalesce(r.given, 0) as given, coalesce(s.earned, 0) as earned, coalesce(s.shares, 0) as shares
  from clearing_operations o join clearing_tokens t on t.token = o.token
    left join (select operation_id, sum(credited_amount) as credited, sum(consumed_amount) as consumed from payments group by 1) p on p.operation_id = o.id
    left join (select operation_id, sum(amount) filter (where reason not in ${neverCredited} and reason <> 'operator_decision') as returned,
      sum(amount) filter (where reason = 'operator_decision') as given from refunds group by 1) r on r.operation_id = o.id
    left join (select operation_id, sum(share_amount) filter (where relayed_by = 'us') as earned, sum(share_amount) as shares from packet_clearing_results group by 1) s on s.operation_id = o.id),
paid as (
  select chain_id, tx_hash, denom, sum(amount - network_fee) as due, count(*) filter (where network_fee is null) as unknown from refunds where state = 'confirmed' group by 1, 2, 3),
sent as (
  select o.chain_id, o.tx_hash, c.denom, sum(c.amount) as amount from wallet_outgoing o, jsonb_to_recordset(o.coins) as c(denom text, amount numeric) where o.code = 0 group by 1, 2, 3)

select 'I1' as invariant, chain_id, 'entry_set:' || entry_set as subject,
  format('Entry set %s on %s does not sum to zero: it is off by %s %s, on %s', entry_set, chain_id, sum(amount), denom, string_agg(distinct account, ', ')) as sentence
  from ledger_entries group by entry_set, chain_id, denom having sum(amount) <> 0

union all select 'I2', chain_id, 'legs:' || account || '/' || height || '/' || denom,
  format('%s on %s moved by %s %s in block %s, as the recorded transfers say, and by %s in the books', account, chain_id, coalesce(m.amount, 0), denom, height, coalesce(l.amount, 0))
  from moves m full join legs l using (chain_id, account, denom, height) left join nameless n using (chain_id)
  where coalesce(m.amount, 0) <> coalesce(l.amount, 0) and height > coalesce(n.until_height, -1)

union all select 'I4', chain_id, 'account:' || account || '/' || denom,
  format('%s on %s is %s %s in the books, and %s by the payments, refunds and gas it stands for: off by %s', account, chain_id, coalesce(b.amount, 0), denom, coalesce(s.amount, 0), coalesce(b.amount, 0) - coalesce(s.amount, 0))
  from said s full join booked b using (chain_id, denom, account)
  where coalesce(s.amount, 0) <> coalesce(b.amount, 0) and not (account = 'expense:gas' and chain_id in (select chain_id from unknown_fee))

union all select 'I4', p.chain_id, 'payment:' || p.id,
  format('Payment %s of %s %s on %s (block %s) is %s, but it is not in exactly one place: credited %s, earned %s, to be given back %s, and its refunds are %s', p.id, p.amount, p.denom, p.chain_id, p.height, p.state, p.credited_amount, p.consumed_amount, p.refund_planned_amount, coalesce(r.amount, 0))
  from payments p left join refunded r on r.payment_id = p.id
  where p.refund_planned_amount <> coalesce(r.amount, 0) or p.consumed_amount + p.refund_planned_amount > p.amount or p.credited_amount > p.amount or p.consumed_amount > p.credited_amount
    or case p.state
      when 'credited' then p.operation_id is null or p.credited_amount = 0 or p.kind <> 'msg_send' or coalesce(r.surplus, 0) <> p.amount - p.credited_amount
      when 'refund_owed' then p.refund_planned_amount <> p.amount or p.credited_amount <> 0
      else p.operation_id is not null or p.credited_amount + p.refund_planned_amount + p.consumed_amount <> 0 end

union all select 'I4', p.chain_id, 'payment:' || p.id || '/books',
  format('Payment %s of %s %s on %s (block %s) is %s and %s', p.id, p.amount, p.denom, p.chain_id, p.height, p.state, case when coalesce(b.booked, 0) = 0 then 'is in no book' else format('stands in the books with %s at block %s', b.booked, coalesce(b.height::text, 'unknown')) end)
  from payments p left join (
    select payment_id, sum(amount) as booked, min(height) as height from ledger_entries where account like 'wallet:service%' and payment_id is not null and cause in ('payment_received', 'capital_received', 'correction') group by 1) b on b.payment_id = p.id
  where case when p.state = 'seen' then coalesce(b.booked, 0) <> 0 else coalesce(b.booked, 0) <> p.amount or coalesce(b.height, p.height) <> p.height end

union all select 'I4', r.chain_id, 'refund:' || r.id || '/destination',
  format('Refund %s of %s %s on %s goes to %s, and %s paid; nobody signed for that', r.id, r.amount, r.denom, r.chain_id, coalesce(r.destination, 'nobody known'), coalesce(p.from_address, 'nobody known'))
  from refunds r join payments p on p.id = r.payment_id
  where r.destination is distinct from p.from_address and not exists (select 1 from audit_log a where a.subject_type = 'refund' and a.subject_id = r.id::text and a.action like 'refund.claim%')

union all select 'I4', chain_id, 'operation:' || id,
  format('Operation %s on %s is %s, but its money does not add up: price %s %s, credited %s, earned by its packets %s, kept %s, given back %s, and %s by a person', id, chain_id, status, total_amount, total_denom, credited, earned, consumed, returned, given)
  from operations where case
    -- What a person gave back before the end lessens what was left to earn or to return; without it both are exact.
    when status in ('cleared', 'partially_cleared', 'not_cleared', 'not_needed') then credited <> total_amount or consumed + returned + given <> credited or consumed > earned or returned > shares - earned
    when status = 'resolved' then consumed + returned + given <> credited
    when status in ('queued', 'clearing', 'needs_attention') then credited <> total_amount or consumed + returned <> 0 or given >= credited
    when status = 'expired' then consumed + given <> 0 or returned <> credited
    else credited >= total_amount or consumed + returned + given <> 0 end

union all select 'I6', p.chain_id, 'payment:' || p.id || '/refunds',
  format('Payment %s of %s %s on %s has refunds of %s: %s more than it was', p.id, p.amount, p.denom, p.chain_id, r.amount, r.amount - p.amount)
  from payments p join refunded r on r.payment_id = p.id where r.amount > p.amount

union all select 'I6', p.chain_id, 'refund_tx:' || p.tx_hash || '/' || p.denom,
  format('Transaction %s on %s sent %s %s, and the refunds that it confirms come to %s', p.tx_hash, p.chain_id, coalesce(s.amount, 0), p.denom, p.due)
  from paid p left join sent s using (chain_id, tx_hash, denom) where p.unknown = 0 and coalesce(s.amount, 0) <> p.due

union all select 'I6', chain_id, 'refund:' || refund_id || '/twice', format('Refund %s on %s was sent by %s confirmed transactions: %s', refund_id, chain_id, count(*), string_agg(tx_hash, ', '))
  from refund_transactions, unnest(refund_ids) as refund_id where state = 'confirmed' group by chain_id, refund_id having count(*) > 1`
