import { feePaidLegs, refundConfirmedLegs, refundsPayable, unexplainedLegs, withdrawnLegs, type MovedWallet, type OutgoingLeg } from '../domain/ledger/entries'
import { judgeOutgoing, type KnownAboutOutgoing, type OutgoingTx, type OutgoingVerdict } from '../domain/refund/judge-outgoing'
import { readRefundMemo } from '../domain/refund/memo'
import { totalOf, type Refund } from '../domain/refund/refund'
import type { Clock, Logger } from './ports'
import type { Cause, StoreTransaction } from './store-ports'

export interface OutgoingPolicy {
  readonly operatorAddresses: ReadonlySet<string>
  /** Whether this program signs for the chain's wallet; if not, people send refunds by hand. */
  readonly signs: (chainId: string) => boolean
}

/** Operators and these wallets of ours: what goes there stays the owner's. */
export const ownersOf = ({ operatorAddresses }: OutgoingPolicy, wallets: readonly { readonly address: string }[]): ReadonlySet<string> => new Set([...operatorAddresses, ...wallets.map(wallet => wallet.address)])

/** What the chain's scanner knows beside the rows. */
export interface OutgoingJudge {
  readonly signs: OutgoingPolicy['signs']
  /** See ownersOf. */
  readonly owners: ReadonlySet<string>
  readonly clock: Clock
  readonly logger: Logger
}

const scanned: Cause = { actor: 'scanner', cause: 'block scan' }

async function knownAbout(tx: StoreTransaction, outgoing: OutgoingTx, judge: OutgoingJudge): Promise<KnownAboutOutgoing> {
  const payout = outgoing.txHash === null ? null : await tx.payoutByHash(outgoing.chainId, outgoing.txHash)
  const ids = readRefundMemo(outgoing.memo)
  const named = payout ? null : await tx.lockRefunds(ids)
  const [send] = outgoing.sends
  const [sent] = send?.coins ?? []
  const byHand = outgoing.role === 'service' && !payout && ids.length === 0 && send && sent && !judge.signs(outgoing.chainId)
  const alike = byHand ? await tx.refundAlike(outgoing.chainId, send.toAddress, sent) : null
  const [found] = alike ? await tx.lockRefunds([alike]) : []
  return {
    signed: payout ? { payout, refunds: await tx.lockRefunds(payout.refundIds) } : null,
    named: named && named.length > 0 && named.length === ids.length && named.every(refund => refund.chainId === outgoing.chainId) ? named : null,
    alike: found && (found.state === 'planned' || found.state === 'held') ? found : null,
    ownAddresses: judge.owners,
  }
}

/** The owed side refund by refund, so that each entry names its payment; the wallet's side as it was. */
function refundLegs(wallet: MovedWallet, { refunds, sent }: OutgoingVerdict & { readonly kind: 'refund' }): (OutgoingLeg & { readonly refund?: Refund })[] {
  const legs = refundConfirmedLegs(wallet, totalOf(refunds), sent)
  const owed = legs.filter(leg => leg.account === refundsPayable)
  return [
    ...legs.filter(leg => !owed.includes(leg)),
    ...refunds.map(refund => ({ account: refundsPayable, denom: refund.coin.denom, amount: refund.coin.amount, refund })),
  ]
}

/** What a wallet sends to itself stays in it. */
const leavingCoins = ({ sends, address, unnamed }: OutgoingTx) => [...sends.filter(send => send.toAddress !== address).flatMap(send => send.coins), ...unnamed]

function legsOf(outgoing: OutgoingTx, verdict: OutgoingVerdict): (OutgoingLeg & { readonly refund?: Refund })[] {
  const left = leavingCoins(outgoing)
  switch (verdict.kind) {
    case 'refund': return refundLegs(outgoing, verdict)
    case 'failed_refund': case 'relay': return []
    case 'operator': return withdrawnLegs(outgoing, left)
    case 'stranger': return unexplainedLegs(outgoing, left)
    default: return verdict satisfies never
  }
}

const strangerAlert = {
  service: 'a transaction of the service wallet fits nothing: payouts stop',
  relayer: 'a transaction of a relayer wallet moved more than its fee and fits nothing',
} as const

/**
 * Judges what left the chain's wallets and is vouched for: confirms refunds, books every unit, and marks strangers. Runs
 * inside the transaction that recorded it, so that a refund is confirmed and booked together or not at all.
 */
export async function settleOutgoing(tx: StoreTransaction, chainId: string, judge: OutgoingJudge): Promise<void> {
  for (const outgoing of await tx.lockUnjudgedOutgoing(chainId)) {
    const now = judge.clock.now()
    const verdict = judgeOutgoing(outgoing, await knownAbout(tx, outgoing, judge))
    await tx.saveJudgement(outgoing, verdict.kind, verdict.kind === 'stranger' ? verdict.note : null)
    if (verdict.kind === 'refund') await tx.confirmRefunds(verdict.refunds, outgoing.txHash ?? '', { height: outgoing.height, sent: verdict.sent }, scanned, now)
    await tx.bookOutgoing(chainId, verdict.kind, legsOf(outgoing, verdict), now)
    await tx.bookOutgoing(chainId, outgoing.role === 'relayer' ? 'relay_fee' : 'network_fee', feePaidLegs(outgoing, outgoing.fee), now)
    await tx.takeBackSkipped(outgoing, [...leavingCoins(outgoing), ...outgoing.fee], now)
    if (verdict.kind === 'stranger') judge.logger.error({ chainId, txHash: outgoing.txHash, height: outgoing.height.toString(), address: outgoing.address, note: verdict.note }, strangerAlert[outgoing.role])
  }
}
