import { readMemo, type MemoReading } from '../../shared/utils/memo-code'
import type { DecidedPacket, Operation } from '../domain/clearing/operation'
import { transition } from '../domain/clearing/transition'
import type { Clock } from './ports'
import type { Cause, SeenPayment, StoreTransaction } from './store-ports'

export interface PaymentPolicy {
  /** 1 = the block itself. */
  readonly confirmationBlocks: number
  /** From this amount on (base units) two endpoints must agree; 0 = always. */
  readonly quorumAmount: (chainId: string, denom: string) => bigint
  /** Denoms other than the quoted one that are sent back; all others wait for a person. */
  readonly refundableDenoms: (chainId: string) => ReadonlySet<string>
  readonly clearingDeadlineMs: number
}

const scanned: Cause = { actor: 'scanner', cause: 'block scan' }

const memoKey = (reading: MemoReading) => reading.kind === 'memo_code' ? reading.memoCode : reading.kind === 'token' ? reading.token : null

/** Another operation paid for these packets first: it owns them, and this one's shares go back. */
const ownedByOther = (id: DecidedPacket['id']): DecidedPacket => ({ id, result: 'pending', relayedBy: 'other', refundReason: 'relayed_by_other' })

async function allocate(tx: StoreTransaction, payment: SeenPayment, policy: PaymentPolicy, owners: ReadonlySet<string>, now: Date): Promise<void> {
  const { inbound } = payment
  const operation = await tx.lockOperationByMemo(readMemo(inbound.memo))
  const leave = (reason: string) => tx.leaveUnallocated(payment.id, reason, now)
  if (!operation && inbound.fromAddress !== null && owners.has(inbound.fromAddress)) return tx.takeAsCapital(payment.id, now)
  if (inbound.kind !== 'msg_send') return leave('not a top-level MsgSend')
  if (!operation) return leave(inbound.memo === '' ? 'no memo' : 'the memo names no token')
  if (operation.paymentChainId !== inbound.chainId) return leave(`its token is to be paid on ${operation.paymentChainId}`)
  const paid = transition(operation, {
    type: 'payment_confirmed',
    payment: { id: payment.id, coin: inbound.coin, blockTime: inbound.blockTime },
    wrongDenomRefundable: policy.refundableDenoms(inbound.chainId).has(inbound.coin.denom),
    clearingDeadlineMs: policy.clearingDeadlineMs,
  }, now)
  const { claimedByOthers } = await tx.saveTransition(operation, paid.operation, paid.effects, scanned, now)
  if (claimedByOthers.length > 0) {
    const decided = transition(paid.operation, { type: 'packets_decided', decided: claimedByOthers.map(ownedByOther) }, now)
    await tx.saveTransition(paid.operation, decided.operation, decided.effects, scanned, now)
  }
}

/**
 * Gives, in chain order, every seen payment up to `height` that is old enough and confirmed as configured its place in the
 * books: credited, owed back, unallocated, or (from `owners`, naming no token) the owner's capital. Runs inside the
 * transaction that moves the cursor or records the second endpoint's agreement.
 */
export async function creditSeenPayments(tx: StoreTransaction, chainId: string, height: bigint, policy: PaymentPolicy, owners: ReadonlySet<string>, clock: Clock): Promise<void> {
  const waiting = new Set<string>()
  const now = clock.now()
  for (const payment of await tx.lockSeenPayments(chainId, height - BigInt(policy.confirmationBlocks - 1))) {
    // Only a MsgSend can pay for a token.
    const key = payment.inbound.kind === 'msg_send' ? memoKey(readMemo(payment.inbound.memo)) : null
    const needsSecond = payment.confirmation === 'none' && payment.inbound.coin.amount >= policy.quorumAmount(chainId, payment.inbound.coin.denom)
    if (needsSecond && key !== null) waiting.add(key)
    // A later payment for the same token waits too: rows fill a total in chain order.
    if (needsSecond || (key !== null && waiting.has(key))) continue
    await allocate(tx, payment, policy, owners, now)
  }
}

/** Expires operations whose grace ended before the scanned block; what was underpaid goes back. */
export async function expirePastGrace(tx: StoreTransaction, chainId: string, blockTime: Date, clock: Clock): Promise<void> {
  for (const id of await tx.operationsPastGrace(chainId, blockTime, 200)) {
    const operation: Operation | null = await tx.lockOperation(id)
    if (!operation) continue
    const expired = transition(operation, { type: 'grace_passed', blockTime }, clock.now())
    await tx.saveTransition(operation, expired.operation, expired.effects, scanned, clock.now())
  }
}
