/**
 * I5, I7, I9 and the part of I8 that holds at any moment: one row (invariant, chain_id, subject, sentence) per thing
 * wrong, all of one snapshot.
 */
export const statesQuery = `
with events as (
  select o.id, o.payment_chain_id as chain_id, o.status, o.attempted, count(*) filter (where e.type = 'queued') as queued, count(*) filter (where e.type = 'settled') as settled, count(*) filter (where e.type = 'expired') as expired,
    count(*) filter (where e.type = 'refund_planned' and not e.detail ? 'approvedBy') as refunds, count(*) filter (where e.type = 'payment_credited') as credits, count(*) filter (where e.type = 'packet_finished') as finished,
    count(*) filter (where e.type = 'run_started') as started, count(*) filter (where e.type = 'token_issued') as issued, count(*) filter (where e.type = 'needs_attention') as attention, count(*) filter (where e.type = 'resolved') as resolved,
    count(*) filter (where e.type = 'payment_returned') as returned, count(*) filter (where e.type = 'payment_seen') as seen, count(*) filter (where e.cause = '') as causeless
  from clearing_operations o left join operation_events e on e.operation_id = o.id group by o.id),
cursors as (select chain_id, height from chain_cursors where purpose = 'primary' and height >= 0),
recorded as (
  select chain_id, height, 'payment ' || id as what from payments
  union all select chain_id, height, 'outgoing transaction ' || coalesce(tx_hash, 'of block ' || height) from wallet_outgoing
  union all select chain_id, height, 'funding of ' || address || ' in ' || coalesce(tx_hash, 'block ' || height) from wallet_funding
  union all select chain_id, to_height, format('gap %s to %s', from_height, to_height) from scan_gaps
  union all select chain_id, watched_from, 'beginning of watching ' || address from watched_wallets where watched_from is not null)

select 'I5' as invariant, o.payment_chain_id as chain_id, format('packet:%s/%s', s.operation_id, s.position) as subject,
  format('Packet %s/%s/%s/%s of operation %s counts as relayed by us, and no transaction of a relayer wallet of ours that carried it is kept', s.chain_id, s.port_id, s.channel_id, s.sequence, s.operation_id) as sentence
  from packet_clearing_results s join clearing_operations o on o.id = s.operation_id
  where s.relayed_by = 'us' and not exists (
    select 1 from packet_legs l join watched_wallets w on w.chain_id = l.chain_id and w.address = l.signer and w.role = 'relayer'
    where l.operation_id = s.operation_id and l.position = s.position and (l.leg in ('acknowledge', 'timeout') or (l.leg = 'receive' and s.need <> 'acknowledge')))

union all select 'I7', chain_id, 'operation:' || id,
  format('Operation %s is %s, and its events do not tell how: issued %s, queued %s, runs %s, settled %s, expired %s, handed to a person %s, resolved %s, without a cause %s', id, status, issued, queued, started, settled, expired, attention, resolved, causeless)
  from events where issued <> 1 or queued > 1 or settled > 1 or causeless > 0 or (status in ('queued', 'clearing') and queued <> 1) or (settled = 1) <> (status in ('cleared', 'partially_cleared', 'not_cleared', 'not_needed'))
    or (status = 'expired' and expired = 0) or (status = 'needs_attention' and attention = 0) or (status = 'resolved') <> (resolved > 0) or (attempted and started = 0)

union all select 'I7', chain_id, 'operation:' || id || '/money',
  format('Operation %s tells of %s refunds, %s credits, %s returned payments, %s seen payments and %s finished packets, and its rows are others', id, refunds, credits, returned, seen, finished)
  from events e
    left join (select operation_id, count(*) as planned from refunds group by 1) r on r.operation_id = e.id
    left join (select operation_id, count(*) filter (where state = 'credited') as credited, count(*) filter (where state = 'refund_owed') as owed,
      count(*) filter (where not exists (select 1 from audit_log a where a.subject_type = 'payment' and a.subject_id = payments.id::text and a.actor = 'admin')) as by_itself from payments group by 1) p on p.operation_id = e.id
    left join (select operation_id, count(*) as decided from packet_clearing_results where result is not null group by 1) s on s.operation_id = e.id
  where refunds <> coalesce(r.planned, 0) or credits <> coalesce(p.credited, 0) or returned <> coalesce(p.owed, 0) or seen < coalesce(p.by_itself, 0)
    or (status <> 'resolved' and finished <> coalesce(s.decided, 0))

union all select 'I7', p.chain_id, 'payment:' || p.id || '/cause', format('Payment %s on %s is %s, and nothing says who decided that and why', p.id, p.chain_id, p.state)
  from payments p where (p.state = 'unallocated' and p.reason is null)
    or (p.state = 'refund_owed' and p.operation_id is null and not exists (select 1 from audit_log a where a.subject_type = 'payment' and a.subject_id = p.id::text))

union all select 'I7', chain_id, 'entry_set:' || entry_set || '/reason', format('Entry set %s on %s is a correction (%s) without a reason, a refund or a payment', entry_set, chain_id, min(cause))
  from ledger_entries where cause in ('correction', 'revenue_reversed', 'scan_gap') group by entry_set, chain_id having bool_and(reason is null and payment_id is null)

union all select 'I8', o.payment_chain_id, format('packet:%s/%s/claim', s.operation_id, s.position),
  format('Packet %s of operation %s, which is %s, is %s', s.sequence, o.id, o.status, case when s.claimed then 'still claimed' else 'not claimed' end)
  from packet_clearing_results s join clearing_operations o on o.id = s.operation_id
  where (s.claimed and o.status not in ('queued', 'clearing', 'needs_attention')) or (not s.claimed and s.result is null and o.status in ('queued', 'clearing'))

union all select 'I8', o.payment_chain_id, 'operation:' || o.id || '/run', format('Operation %s is clearing, and no run is under way for it', o.id)
  from clearing_operations o where o.status = 'clearing' and not exists (select 1 from relayer_runs r where r.finished_at is null and o.id = any(r.operation_ids))

union all select 'I8', l.chain_id, 'lane:' || l.address, format('The relayer lane of %s on %s is held by run %s, which has ended', l.address, l.chain_id, l.run_id)
  from relayer_lanes l where l.run_id is not null and not exists (select 1 from relayer_runs r where r.id = l.run_id and r.finished_at is null)

union all select 'I8', chain_id, 'runs:' || packet, format('Packet %s is carried by %s runs at once', packet, runs) from (
  select r.chain_id, r.chain_id || '/' || r.port_id || '/' || r.channel_id || '/' || s as packet, count(*) as runs from relayer_runs r, unnest(r.sequences) s where r.finished_at is null and r.lease_until > now() group by 1, 2 having count(*) > 1) doubled

union all select 'I9', r.chain_id, 'height:' || r.height || '/' || r.what, format('The %s is of block %s of %s, and the scanner has %s', r.what, r.height, r.chain_id, coalesce('read only up to ' || c.height, 'read nothing'))
  from recorded r left join cursors c using (chain_id) where c.height is null or r.height > c.height`

/**
 * What time alone makes wrong. $1: seconds after its deadline by which an operation must have ended; $2: seconds that a
 * lease may last; $3: seconds after which a lapsed run must have been taken over.
 */
export const overdueQuery = `
select 'I8' as invariant, payment_chain_id as chain_id, 'operation:' || id || '/deadline' as subject,
  format('Operation %s is still %s, %s seconds after its deadline', id, status, extract(epoch from now() - deadline_at)::bigint) as sentence
  from clearing_operations where status in ('queued', 'clearing') and deadline_at < now() - $1::int * interval '1 second'
union all select 'I8', chain_id, 'lease:' || what, format('The lease of %s on %s lasts until %s, longer than any lease may', what, chain_id, lease_until) from (
  select chain_id, 'payout wallet ' || address as what, lease_until from payout_lanes union all select chain_id, purpose || ' scanner', lease_until from chain_cursors
  union all select chain_id, 'relayer wallet ' || address, lease_until from relayer_lanes where run_id is not null) leases where lease_until > now() + $2::int * interval '1 second'
union all select 'I8', chain_id, 'run:' || id, format('Run %s on %s was left by its instance at %s, and nobody took it over', id, chain_id, lease_until)
  from relayer_runs where finished_at is null and lease_until < now() - $3::int * interval '1 second'`

/** The database's own refusals: without them a later mistake would be kept. One row per guard that is missing. */
export const guardsQuery = `
select 'I1' as invariant, null as chain_id, 'guard:' || guard as subject, format('%s %s is missing or switched off: the database would let the books be changed', kind, guard) as sentence
from (values ('Trigger', 'ledger_entries_append_only'), ('Trigger', 'ledger_entries_balanced'), ('Trigger', 'audit_log_append_only'), ('Trigger', 'operation_events_append_only')) as t(kind, guard)
where not exists (select 1 from pg_trigger g where g.tgname = t.guard and g.tgenabled in ('O', 'A'))
union all select 'I6', null, 'guard:' || guard, format('Constraint %s is missing: the database would let a payment be given back twice', guard)
from (values ('payments_never_given_twice'), ('payments_once_for_ever')) as t(guard)
where not exists (select 1 from pg_constraint c where c.conname = t.guard)
union all select 'I6', null, 'guard:refund_transactions_one_open', 'Index refund_transactions_one_open is missing: a wallet could have two open transactions'
where not exists (select 1 from pg_class where relname = 'refund_transactions_one_open')`
