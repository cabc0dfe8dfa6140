import { isChainUnavailable } from '../domain/errors'
import type { ScannedBlock } from '../domain/payment/inbound'
import { isSkipped } from '../domain/reconciliation/gaps'
import { multiplyRoundedUp, presumedGas } from '../domain/refund/gas'
import type { Estimate } from '../domain/refund/decide-next'
import { toldByEvents } from '../domain/payment/told-by-events'
import { recogniseOutgoing, type OutgoingTransfer } from '../domain/refund/outgoing'
import { writeRefundMemo } from '../domain/refund/memo'
import { feeBorneByPayer, totalOf, type Payout, type Refund } from '../domain/refund/refund'
import type { BlockSource } from './ledger-ports'
import { payoutsPaused } from './pauses'
import type { PayRefundsDeps } from './pay-refunds'
import type { BlockAgreement, ChainAccount, SendOrder, ServiceWallet } from './ports'
import { codesOf, compareBlock, confirmationOf, vouchedSource } from './record-blocks'
import type { PayoutLane } from './refund-ports'

export interface Blocked { readonly reason: string, readonly alert: boolean }

/** A node that is this much ahead of our scanner, or says so, is not signed upon. */
const mostUnscannedBlocks = 10n

const notYet = (reason: string): Blocked => ({ reason, alert: false })

/** Heights that the cursor must have reached, per lane and fence: the tip when this instance first looked, or a lower one that it was told since, for no chain goes back. */
export type FirstTips = Map<string, bigint>

async function isBehind(deps: PayRefundsDeps, lane: PayoutLane, cursorHeight: bigint, tip: bigint, firstTips: FirstTips): Promise<Blocked | null> {
  const key = `${lane.chainId}/${lane.address}/${lane.fence}`
  const told = firstTips.get(key) ?? tip
  const first = tip < told ? tip : told
  firstTips.set(key, first)
  if (cursorHeight < first) return notYet(`blocks up to ${first} are not scanned yet`)
  return tip - cursorHeight > mostUnscannedBlocks ? notYet(`the scanner is ${tip - cursorHeight} blocks behind`) : null
}

/** Every sequence of the account must belong to a tx that was scanned and judged; only the next one may be signed. */
async function unknownSequence(deps: PayRefundsDeps, lane: PayoutLane, account: ChainAccount, cursorHeight: bigint): Promise<Blocked | null> {
  const facts = await deps.store.walletFacts(lane.chainId, lane.address)
  const [stranger] = facts.strangers
  if (stranger) return { reason: `transaction ${stranger.txHash ?? `of block ${stranger.height}`} left the wallet and fits nothing: ${stranger.note}`, alert: true }
  if (facts.unjudged > 0) return notYet('a transaction of the wallet waits for a second endpoint')
  if (facts.missingSequence !== null) return notYet(`sequence ${facts.missingSequence} of the wallet was used by a transaction that is not scanned`)
  const baseline = facts.baselineSequence ?? await sequenceAfter(deps, lane, cursorHeight)
  if (baseline === null) return notYet('no second endpoint tells the sequence of the wallet')
  if (facts.baselineSequence === null) await deps.store.setBaselineSequence(lane, baseline)
  const expected = facts.highestSequence !== null && facts.highestSequence + 1n > baseline ? facts.highestSequence + 1n : baseline
  if (account.sequence > expected) return notYet(`sequence ${expected} of the wallet was used by a transaction that is not scanned yet`)
  return account.sequence < expected ? notYet('the node that was asked is behind') : null
}

export interface SigningGround {
  readonly blocked: Blocked | null
  readonly account: ChainAccount
  readonly tip: bigint
}

/** Whether anything may be signed for this wallet now, and on what. Rejects with DomainError('chain_unavailable'). */
export async function readSigningGround(deps: PayRefundsDeps, lane: PayoutLane, cursorHeight: bigint, firstTips: FirstTips): Promise<SigningGround> {
  const stopped = await payoutsPaused(deps.store, lane.chainId) ?? await deps.stopped?.(lane.chainId) ?? null
  const { height: tip } = await deps.reader.tip(lane.chainId)
  const behind = await isBehind(deps, lane, cursorHeight, tip, firstTips)
  const account = await deps.reader.account(lane.chainId, lane.address)
  if (!account) return { blocked: { reason: 'the chain knows no such account: the wallet was never funded', alert: true }, account: { accountNumber: 0n, sequence: 0n }, tip }
  return { blocked: stopped === null ? behind ?? await unknownSequence(deps, lane, account, cursorHeight) : { reason: stopped, alert: true }, account, tip }
}

export function orderFor(refunds: readonly Refund[], ground: SigningGround, timeoutBlocks: bigint, sent: SendOrder['coin'], fee: SendOrder['coin'], gasLimit: bigint): SendOrder {
  return {
    destination: refunds[0]?.destination ?? '', coin: sent, memo: writeRefundMemo(refunds.map(refund => refund.id)), fee, gasLimit,
    timeoutHeight: ground.tip + timeoutBlocks, accountNumber: ground.account.accountNumber, sequence: ground.account.sequence,
  }
}

export interface Estimated { readonly estimate: Estimate, readonly gasLimit: bigint }

/** Simulates these refunds and prices them. A refusal that lies with the wallet or the node is not held against them. */
export async function estimatePayout(deps: PayRefundsDeps, wallet: ServiceWallet, refunds: readonly Refund[], ground: SigningGround): Promise<Estimated> {
  const { chainId, address } = wallet
  const feeDenom = deps.feeDenom(chainId)
  const total = totalOf(refunds)
  const gasPrice = await deps.reader.gasPrice(chainId)
  const balances = await Promise.all([...new Set([total.denom, feeDenom])].map(denom => deps.reader.balance(chainId, address, denom)))
  const presumedFee = { denom: feeDenom, amount: multiplyRoundedUp(presumedGas, gasPrice) }
  const less = feeBorneByPayer(refunds, presumedFee)
  const tried = { denom: total.denom, amount: total.amount > less ? total.amount - less : total.amount }
  const needed = tried.amount + (tried.denom === feeDenom ? presumedFee.amount : 0n)
  const unsimulated = { estimate: { state: 'known' as const, fee: presumedFee, balances }, gasLimit: presumedGas }
  // Too poor to simulate: the decision says so from the presumed fee.
  if (needed > (balances.find(balance => balance.denom === total.denom)?.amount ?? 0n)) return unsimulated
  const answer = await deps.simulator.simulate(chainId, wallet.unsigned(orderFor(refunds, ground, deps.settings.timeoutBlocks, tried, presumedFee, presumedGas)))
  if (answer.state === 'refused') {
    const { reason } = answer
    const wrongWallet = /insufficient funds|insufficient fee/i.test(reason)
    const passing = /account sequence mismatch/i.test(reason)
    return { estimate: wrongWallet || passing ? { state: 'unavailable', reason, alert: wrongWallet } : { state: 'refused', reason }, gasLimit: 0n }
  }
  const gasLimit = (answer.gasUsed * deps.gasMargin.numerator + deps.gasMargin.denominator - 1n) / deps.gasMargin.denominator
  return { estimate: { state: 'known', fee: { denom: feeDenom, amount: multiplyRoundedUp(gasLimit, gasPrice) }, balances }, gasLimit }
}

const isVouchedFor = (agreement: BlockAgreement) => agreement === 'agreed' || agreement === 'single'

/** The wallet's next sequence after block `height`, by the word of two endpoints where there are two; null: nobody can tell now. */
export async function sequenceAfter(deps: PayRefundsDeps, { chainId, address }: Pick<PayoutLane, 'chainId' | 'address'>, height: bigint): Promise<bigint | null> {
  try {
    const { account, agreement } = await deps.reader.accountAt(chainId, address, height)
    return account && isVouchedFor(agreement) ? account.sequence : null
  }
  catch (error) {
    if (isChainUnavailable(error)) return null
    throw error
  }
}

/** Whether a block holds the tx in a way that counts: with code 0, or failed when the books do not know of it and the scanner will judge it first, for it may have used its sequence. */
function holds(block: ScannedBlock, { txHash, address }: Payout, failureKnown: boolean): boolean {
  const found = block.txs.filter(tx => tx.txHash === txHash)
  if (found.some(tx => tx.code === 0)) return true
  return found.length > 0 && !failureKnown && recogniseOutgoing(block, new Set([address])).some(row => row.txHash === txHash)
}

/** What the chain tells of a payout after its timeout height, from every block that could hold it. */
export type Whereabouts
  = | { readonly absence: 'proven' | 'unproven' | 'unreadable' }
    /** It stands in a block that an admin let the scanner pass; vouched for. */
    | { readonly absence: 'disproven', readonly rows: readonly OutgoingTransfer[], readonly source: BlockSource }

/** A block that is not in a gap was hidden from the scanner; the audit cursor records it. */
async function foundIn(deps: PayRefundsDeps, block: ScannedBlock, payout: Payout): Promise<Whereabouts> {
  if (!isSkipped(await deps.store.scanGaps(payout.chainId), block.height)) return { absence: 'unproven' }
  const rowsOf = (shown: ScannedBlock) => recogniseOutgoing(shown, new Set([payout.address])).filter(row => row.txHash === payout.txHash)
  const told = (shown: ScannedBlock) => toldByEvents([], rowsOf(shown))
  const confirmation = confirmationOf(await compareBlock(deps.reader, block, told))
  if (confirmation === 'none') return { absence: 'unproven' }
  return { absence: 'disproven', rows: rowsOf(block), source: vouchedSource(block, confirmation) }
}

/**
 * Reads every block that could hold the tx, each vouched for by a second endpoint where there is one. `proven` only if none
 * holds it. Where nobody has such a block any more, the account tells: a sequence that was not used by `cursorHeight`, after
 * the timeout height, was used by no tx.
 */
export async function locate(deps: PayRefundsDeps, payout: Payout, failureKnown: boolean, cursorHeight: bigint): Promise<Whereabouts> {
  try {
    for (let height = payout.signedHeight + 1n; height <= payout.timeoutHeight; height += 1n) {
      const block = await deps.reader.block(payout.chainId, height)
      if (holds(block, payout, failureKnown)) return await foundIn(deps, block, payout)
      const agreement = await deps.reader.confirmBlock({ ...block, codes: codesOf(block) })
      if (!isVouchedFor(agreement)) return { absence: 'unproven' }
    }
    return { absence: 'proven' }
  }
  catch (error) {
    if (!isChainUnavailable(error)) throw error
    const sequence = await sequenceAfter(deps, payout, cursorHeight)
    if (sequence === null) return { absence: 'unproven' }
    return { absence: sequence <= payout.accountSequence ? 'proven' : 'unreadable' }
  }
}
