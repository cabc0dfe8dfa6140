import type { Operation } from '../../domain/clearing/operation'
import type { SignedToken } from '../../domain/clearing/token'
import type { OpenTokenQuotas, Requester } from '../../usecases/store-ports'
import { clientOf, prepared } from './client'
import type { Database } from './database'
import { toStoredFeeLine } from './fee-lines'

// One statement, so one transaction and one round trip: quota, token, operation, packets and first event, or nothing.
// Nobody can be listening for a token that is not issued yet, so there is no NOTIFY (which would queue up commits).
const issueStatement = `
with open_tokens as (
  select count(*) filter (where t.requester_ip_key = $1) as by_ip, count(*) filter (where t.session_address = $2) as by_session
  from clearing_tokens t
  where t.grace_until > $3::timestamptz and (t.requester_ip_key = $1 or t.session_address = $2)
    and (select o.status from clearing_operations o where o.token = t.token) = 'awaiting_payment'
), token as (
  insert into clearing_tokens (token, memo_code, wallet_address, payment_chain_id, payment_address, total_amount, total_denom, fee_lines, issued_at, expires_at, grace_until, signature, requester_ip_key, session_address)
  select $4::uuid, $5, $6, $7, $8, $9::numeric, $10, $11::jsonb, $3::timestamptz, $12::timestamptz, $13::timestamptz, $14, $1, $2
  from open_tokens where by_ip < $15::int and by_session < $16::int
  returning token, payment_chain_id, issued_at, grace_until
), operation as (
  insert into clearing_operations (id, token, payment_chain_id, status, payment_issue, refund_status, grace_until, created_at)
  select $17::uuid, token, payment_chain_id, $18, $19, $20, grace_until, issued_at from token
  returning id, created_at
), packets as (
  insert into packet_clearing_results (operation_id, position, chain_id, port_id, channel_id, sequence, destination_chain_id, destination_port_id, destination_channel_id, need, share_amount, next_attempt_at)
  select operation.id, p.position, p.chain_id, p.port_id, p.channel_id, p.sequence, p.destination_chain_id, p.destination_port_id, p.destination_channel_id, p.need, p.share, operation.created_at
  from operation, jsonb_to_recordset($21::jsonb) as p(position int, chain_id text, port_id text, channel_id text, sequence numeric, destination_chain_id text, destination_port_id text, destination_channel_id text, need text, share numeric)
), event as (
  insert into operation_events (operation_id, type, detail, actor, cause, created_at)
  select id, 'token_issued', jsonb_build_object('packets', $22::int), 'user', 'request-token', created_at from operation
)
select count(*)::int as issued from operation`

function packetRows(token: SignedToken): object[] {
  return token.packets.map(({ id, destination, need, share }, position) => ({
    position, chain_id: id.chainId, port_id: id.portId, channel_id: id.channelId, sequence: id.sequence.toString(),
    destination_chain_id: destination.chainId, destination_port_id: destination.portId, destination_channel_id: destination.channelId,
    need, share: share.amount.toString(),
  }))
}

/** False: the requester has too many open tokens, and nothing was written. Rejects when the memo code is taken. */
export async function issueToken(db: Database, token: SignedToken, operation: Operation, requester: Requester, quotas: OpenTokenQuotas): Promise<boolean> {
  const [row] = await clientOf(db).unsafe<{ issued: number }[]>(issueStatement, [
    requester.ipKey, requester.sessionAddress, token.issuedAt.toISOString(),
    token.token, token.memoCode, token.walletAddress, token.paymentChainId, token.paymentAddress, token.total.amount.toString(), token.total.denom, JSON.stringify(token.feeLines.map(toStoredFeeLine)),
    token.expiresAt.toISOString(), token.graceUntil.toISOString(), token.signature, quotas.openTokensPerIp, quotas.openTokensPerWallet,
    operation.id, operation.status, operation.paymentIssue, operation.refundStatus, JSON.stringify(packetRows(token)), token.packets.length,
  ], prepared)
  return row?.issued === 1
}
