import type { Coin } from '../../../shared/utils/coin'
import { DomainError } from '../../domain/errors'
import { strangerIsRefundLegs } from '../../domain/ledger/entries'
import type { Refund } from '../../domain/refund/refund'
import type { AdminRefundRow, PaidOutside } from '../admin-ports'
import type { StoreTransaction } from '../store-ports'
import { auditAct, causeOf, notInThisState, requireSigned, type ActKind, type ActOf, type AdminDeps } from './acts'

async function found(deps: AdminDeps, id: string): Promise<AdminRefundRow> {
  const refund = await deps.reads.refund(id)
  if (!refund) throw new DomainError('refund_not_found', 'There is no such refund.')
  return refund
}

async function lockOne(tx: StoreTransaction, id: string): Promise<Refund> {
  const [refund] = await tx.lockRefunds([id])
  if (!refund) throw new DomainError('refund_not_found', 'There is no such refund.')
  return refund
}

function requireHeld({ state, destination }: Pick<Refund, 'state' | 'destination'>): void {
  if (state !== 'held') throw notInThisState(`The refund is ${state}: only a held one can be approved.`)
  if (destination === null) throw notInThisState('Nobody knows who paid, so there is no address to send it to.')
}

type Owed = Pick<Refund, 'id' | 'state' | 'destination' | 'coin' | 'chainId'>

function approving(refund: Owed): string {
  requireHeld(refund)
  return `Let refund ${refund.id} of ${refund.coin.amount}${refund.coin.denom} on ${refund.chainId} go to ${refund.destination}`
}

export const approveRefund: ActKind<'refund.approve'> = {
  needsConsent: true,
  describe: async (deps, act) => approving(await found(deps, act.refundId)),
  perform: async (deps, act, admin) => deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const refund = await lockOne(tx, act.refundId)
    requireSigned(admin, approving(refund))
    await tx.approveRefund(refund, admin.address, causeOf(act, admin), now)
    await auditAct(tx, act, admin, { subjectType: 'refund', subjectId: refund.id, detail: { destination: refund.destination, amount: refund.coin.amount.toString(), denom: refund.coin.denom } }, now)
    return `Refund ${refund.id} waits to be sent.`
  }),
}

/** What this tx sent for the refund; throws not_in_this_state when it does not pay exactly it. */
function sentFor(refund: Refund, paid: PaidOutside | null): Coin {
  if (refund.state !== 'planned' && refund.state !== 'held') throw notInThisState(`The refund is ${refund.state}: its own transaction settles it.`)
  if (!paid) throw notInThisState('The scanner has seen no such unexplained transaction with a single send of our wallet. Wait until its block is scanned, and check the hash.')
  const fee = paid.fee.find(coin => coin.denom === refund.coin.denom)?.amount ?? 0n
  const amounts = refund.networkFeeDeducted ? [refund.coin.amount, refund.coin.amount - fee] : [refund.coin.amount]
  if (paid.toAddress !== refund.destination) throw notInThisState(`It pays ${paid.toAddress}, and the refund belongs to ${refund.destination ?? 'nobody known'}.`)
  if (paid.coin.denom !== refund.coin.denom || !amounts.includes(paid.coin.amount)) throw notInThisState(`It pays ${paid.coin.amount}${paid.coin.denom}, and the refund is ${amounts.join(' or ')}${refund.coin.denom}.`)
  return paid.coin
}

function taking(act: ActOf<'refund.mark_sent'>, refund: Owed): string {
  return `Take transaction ${act.txHash} on ${refund.chainId} for refund ${refund.id} of ${refund.coin.amount}${refund.coin.denom} to ${refund.destination ?? 'nobody known'}`
}

export const markRefundSent: ActKind<'refund.mark_sent'> = {
  needsConsent: true,
  describe: async (deps, act) => taking(act, await found(deps, act.refundId)),
  perform: async (deps, act, admin) => deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const cause = causeOf(act, admin)
    const refund = await lockOne(tx, act.refundId)
    requireSigned(admin, taking(act, refund))
    const paid = await tx.strangerPaying(refund.chainId, act.txHash)
    const sent = sentFor(refund, paid)
    if (!paid || !await tx.acceptStranger(refund.chainId, act.txHash, admin.address, `refund ${refund.id}: ${act.reason}`)) throw notInThisState('Somebody explained this transaction meanwhile.')
    await tx.confirmRefunds([refund], act.txHash, { height: paid.height, sent }, cause, now)
    await tx.bookOutgoing(refund.chainId, 'correction', strangerIsRefundLegs(refund.coin, sent).map(leg => leg.account === 'liability:refunds_payable' ? { ...leg, refund } : leg), now)
    await auditAct(tx, act, admin, { subjectType: 'refund', subjectId: refund.id, detail: { txHash: act.txHash, sent: sent.amount.toString(), denom: sent.denom } }, now)
    return `Refund ${refund.id} is confirmed by ${act.txHash}.`
  }),
}

export const acceptOutgoing: ActKind<'outgoing.accept'> = {
  needsConsent: true,
  describe: async (deps, act) => {
    const stranger = (await deps.reads.strangers()).find(row => row.chainId === act.chainId && row.txHash === act.txHash)
    if (!stranger) throw new DomainError('outgoing_not_found', 'No unexplained transaction of ours has this hash.')
    return `Accept that transaction ${act.txHash} took ${stranger.coins.map(coin => `${coin.amount}${coin.denom}`).join(', ') || 'gas'} out of ${stranger.address} on ${act.chainId}, and let payouts go on`
  },
  perform: async (deps, act, admin) => deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    if (!await tx.acceptStranger(act.chainId, act.txHash, admin.address, act.reason)) throw new DomainError('outgoing_not_found', 'No unexplained transaction of ours has this hash.')
    await auditAct(tx, act, admin, { subjectType: 'outgoing', subjectId: `${act.chainId}/${act.txHash}` }, now)
    return `Transaction ${act.txHash} is explained.`
  }),
}
