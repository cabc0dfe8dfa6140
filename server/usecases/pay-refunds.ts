import type { RefundHoldReason } from '../../shared/types/clearing'
import { nextRefundStep, type RefundInHand, type RefundRules, type RefundStep, type RefundWorld } from '../domain/refund/decide-next'
import type { Ratio } from '../domain/pricing/decimal'
import type { Payout, Refund } from '../domain/refund/refund'
import { estimatePayout, locate, orderFor, readSigningGround, sequenceAfter, type FirstTips, type SigningGround, type Whereabouts } from './payout-world'
import type { ChainReader, Clock, Ids, Logger, ServiceWallet, TransactionSimulator } from './ports'
import type { NewPayout, PayoutLane } from './refund-ports'
import { ownersOf, settleOutgoing, type OutgoingPolicy } from './settle-outgoing'
import type { Cause, Store } from './store-ports'

export interface PayoutSettings {
  readonly leaseMs: number
  /** A refund may be included this many blocks after it was signed. */
  readonly timeoutBlocks: bigint
  readonly rebroadcastAfterMs: number
}

export interface PayRefundsDeps {
  readonly store: Store
  readonly reader: Pick<ChainReader, 'tip' | 'block' | 'confirmBlock' | 'account' | 'accountAt' | 'balance' | 'gasPrice' | 'broadcast'>
  readonly simulator: TransactionSimulator
  /** By chain id; a chain without one is paid by hand. */
  readonly wallets: ReadonlyMap<string, ServiceWallet>
  readonly feeDenom: (chainId: string) => string
  /** Of one denom on a chain, base units. */
  readonly rules: (chainId: string, denom: string) => Omit<RefundRules, 'rebroadcastAfterMs'>
  readonly gasMargin: Ratio
  readonly outgoing: OutgoingPolicy
  /** Why nothing may be sent on a chain (a broken invariant), in words for a person; null: nothing is wrong. */
  readonly stopped?: (chainId: string) => Promise<string | null>
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly instanceId: string
  readonly settings: PayoutSettings
}

export interface PayReport {
  /** `idle`: nothing to do. `by_hand`: no key for this chain. `elsewhere`: another instance signs for it. */
  readonly did: 'idle' | 'by_hand' | 'elsewhere' | RefundStep['do']
  readonly reason?: string
}

/** Does what can be done about the refunds of a chain now. Safe to call at any time, from every instance. Rejects with DomainError('chain_unavailable'). */
export type PayRefunds = (chainId: string) => Promise<PayReport>

const worker: Cause = { actor: 'worker', cause: 'refund payout' }

/** Held and parked ones are settled without the chain: many in one go, but not without end. */
const mostStepsAtOnce = 50

interface Signer {
  readonly deps: PayRefundsDeps
  readonly wallet: ServiceWallet
  readonly lane: PayoutLane
  readonly cursorHeight: bigint
  readonly firstTips: FirstTips
}

function worldOf({ deps, wallet, cursorHeight }: Signer, denom: string, over: Partial<RefundWorld>): RefundWorld {
  const rules = { ...deps.rules(wallet.chainId, denom), rebroadcastAfterMs: deps.settings.rebroadcastAfterMs }
  return { rules, cursorHeight, blocked: null, estimate: null, includedCode: null, sequenceUsed: false, sequenceUsedBy: null, absence: 'unasked', ...over }
}

/** Sends the kept bytes. Whatever is answered, only the chain says what became of them. */
async function broadcast({ deps }: Signer, payout: Payout): Promise<void> {
  const answer = await deps.reader.broadcast(payout.chainId, payout.txBytes)
  const words = answer.state === 'rejected' ? `rejected with code ${answer.code}: ${answer.log}` : answer.state
  await deps.store.transaction(async (tx) => {
    const current = await tx.lockPayout(payout.id)
    if (current?.state === 'open') await tx.noteBroadcast(current, words, worker, deps.clock.now())
  })
  if (answer.state === 'rejected') deps.logger.warn({ chainId: payout.chainId, txHash: payout.txHash, answer: words }, 'a node refuses a refund; it is sent again until its timeout height')
}

async function giveUp({ deps }: Signer, payout: Payout, reason: string, parking: { readonly note: string, readonly until: Date } | null, world: RefundWorld): Promise<void> {
  // Proving an absence may outlast the lease; the proof stays true, but only the signer acts on it.
  const lane = await deps.store.holdPayoutLane(payout.chainId, payout.address, deps.instanceId, deps.settings.leaseMs)
  if (!lane) return
  await deps.store.transaction(async (tx) => {
    if (!await tx.checkFence(lane)) return
    const current = await tx.lockPayout(payout.id)
    if (current?.state !== 'open') return
    const now = deps.clock.now()
    await tx.voidPayout(current, reason, parking === null && world.includedCode !== null, now)
    if (world.includedCode !== null && !world.sequenceUsed && world.sequenceUsedBy === null) await tx.forgetSequence(current)
    const [lead] = await tx.lockRefunds(payout.refundIds.slice(0, 1))
    if (parking && lead?.state === 'planned') await tx.holdRefund(lead, 'refused', parking.note, parking.until, worker, now)
  })
  deps.logger.warn({ chainId: payout.chainId, txHash: payout.txHash, reason }, 'a signed refund can not be included any more')
}

/** A payout in a block that an admin let the scanner pass is recorded and judged as if it had been scanned. */
async function recordPassed({ deps }: Signer, payout: Payout, { rows, source }: Extract<Whereabouts, { absence: 'disproven' }>): Promise<void> {
  const { clock, logger, outgoing } = deps
  const { chainId, txHash } = payout
  const owners = ownersOf(outgoing, await deps.store.watchedWallets(chainId))
  await deps.store.transaction(async (tx) => {
    const current = await tx.lockPayout(payout.id)
    if (current?.state !== 'open') return
    await tx.insertOutgoing(rows, source)
    await settleOutgoing(tx, chainId, { signs: outgoing.signs, owners, clock, logger })
  })
  logger.warn({ chainId, txHash, height: rows[0]?.height.toString() }, 'a refund stands in a block that the scanner was let pass: recorded')
}

async function continueSigned(signer: Signer, payout: Payout, failures: number): Promise<RefundStep> {
  const { deps } = signer
  const includedCode = await deps.store.failedInclusion(payout.chainId, payout.txHash)
  const sequenceUsedBy = await deps.store.sequenceUsedBy(payout)
  const sequence = includedCode === null && sequenceUsedBy === null ? null : await sequenceAfter(deps, payout, signer.cursorHeight)
  const world = worldOf(signer, payout.coin.denom, { includedCode, sequenceUsed: sequence !== null && sequence > payout.accountSequence, sequenceUsedBy })
  const hand: RefundInHand = { kind: 'signed', payout, failures }
  let step = nextRefundStep(hand, world, deps.clock.now())
  if (step.do === 'verify_absence') {
    const found = await locate(deps, payout, includedCode !== null, signer.cursorHeight)
    step = nextRefundStep(hand, { ...world, absence: found.absence }, deps.clock.now())
    if (found.absence === 'disproven') await recordPassed(signer, payout, found)
  }
  if (step.do === 'rebroadcast') await broadcast(signer, payout)
  if (step.do === 'sign_anew') await giveUp(signer, payout, step.reason, null, world)
  if (step.do === 'park') await giveUp(signer, payout, step.note, step, world)
  return step
}

/** Whether it is still what was decided upon: its payer may have claimed it to another address meanwhile. */
function isUnchanged(current: Refund | undefined, decided: Refund | undefined): current is Refund {
  const waits = current?.state === 'planned' || current?.state === 'held'
  return waits && current.coin.amount === decided?.coin.amount && current.destination === decided.destination
}

/** Signs, keeps the bytes in the transaction that marks the refunds, and only then sends them. */
async function signAndSend(signer: Signer, refunds: readonly Refund[], ground: SigningGround, step: Extract<RefundStep, { do: 'sign' }>, gasLimit: bigint): Promise<void> {
  const { deps, wallet, lane } = signer
  const order = orderFor(refunds, ground, deps.settings.timeoutBlocks, step.sent, step.fee, gasLimit)
  const signed = await wallet.sign(order)
  const payout: NewPayout = {
    id: deps.ids.rowId(), chainId: wallet.chainId, address: wallet.address, ...signed, memo: order.memo, refundIds: refunds.map(refund => refund.id),
    destination: order.destination, coin: order.coin, fee: order.fee, accountSequence: order.sequence, signedHeight: signer.cursorHeight, timeoutHeight: order.timeoutHeight,
  }
  const kept = await deps.store.transaction(async (tx) => {
    if (!await tx.checkFence(lane)) return false
    const current = await tx.lockRefunds(payout.refundIds)
    if (current.length !== refunds.length || !current.every((refund, index) => isUnchanged(refund, refunds[index]))) return false
    const now = deps.clock.now()
    await tx.insertPayout(payout, lane, now)
    await tx.markSigned(current, payout, worker, now)
    return true
  })
  if (kept) await broadcast(signer, { ...payout, state: 'open', broadcasts: 0, lastBroadcastAt: null })
}

async function startWaiting(signer: Signer, refunds: readonly [Refund, ...Refund[]]): Promise<RefundStep> {
  const { deps, wallet, lane } = signer
  const hand: RefundInHand = { kind: 'waiting', refunds }
  let world = worldOf(signer, refunds[0].coin.denom, {})
  let step = nextRefundStep(hand, world, deps.clock.now())
  if (step.do === 'estimate') {
    const ground = await readSigningGround(deps, lane, signer.cursorHeight, signer.firstTips)
    if (ground.blocked) step = nextRefundStep(hand, { ...world, blocked: ground.blocked }, deps.clock.now())
    else {
      const { estimate, gasLimit } = await estimatePayout(deps, wallet, refunds, ground)
      world = { ...world, estimate }
      step = nextRefundStep(hand, world, deps.clock.now())
      if (step.do === 'sign') await signAndSend(signer, refunds, ground, step, gasLimit)
    }
  }
  if (step.do === 'hold') await hold(signer, refunds[0], step.reason, step.note, null)
  if (step.do === 'park') await hold(signer, refunds[0], 'refused', step.note, step.until)
  return step
}

async function hold({ deps }: Signer, refund: Refund, reason: RefundHoldReason, note: string, until: Date | null): Promise<void> {
  await deps.store.transaction(async (tx) => {
    const [current] = await tx.lockRefunds([refund.id])
    if (isUnchanged(current, refund)) await tx.holdRefund(current, reason, note, until, worker, deps.clock.now())
  })
  deps.logger.info({ refundId: refund.id, reason, note }, 'a refund is held')
}

/** One step: the signed transaction first, since a wallet has one sequence; then the earliest refund that can go. */
async function oneStep(signer: Signer): Promise<RefundStep | null> {
  const { deps, wallet } = signer
  const open = await deps.store.openPayout(wallet.chainId, wallet.address)
  if (open) return continueSigned(signer, open.payout, open.failures)
  const first = await deps.store.nextRefunds(wallet.chainId, deps.clock.now())
  return first ? startWaiting(signer, first) : null
}

const settledAtOnce: ReadonlySet<RefundStep['do']> = new Set(['hold', 'park', 'sign_anew', 'record'])
const goesOn = (step: RefundStep | null): step is RefundStep => step !== null && settledAtOnce.has(step.do)

async function tellWait({ deps, wallet, lane }: Signer, told: Map<string, string | null>, step: RefundStep | null): Promise<void> {
  const reason = step?.do === 'wait' && step.reason !== 'waits to be included' ? step.reason : null
  if (told.get(wallet.chainId) === reason) return
  told.set(wallet.chainId, reason)
  await deps.store.setPayoutWait(lane, reason)
  if (step?.do === 'wait' && step.alert) deps.logger.error({ chainId: wallet.chainId, reason }, 'refunds of this chain wait for a person')
}

export function makePayRefunds(deps: PayRefundsDeps): PayRefunds {
  const firstTips: FirstTips = new Map()
  const told = new Map<string, string | null>()
  return async (chainId) => {
    const wallet = deps.wallets.get(chainId)
    if (!wallet) return { did: 'by_hand' }
    const lane = await deps.store.holdPayoutLane(chainId, wallet.address, deps.instanceId, deps.settings.leaseMs)
    if (!lane) return { did: 'elsewhere' }
    let step: RefundStep | null = null
    for (let count = 0; count < mostStepsAtOnce; count++) {
      const cursor = await deps.store.cursor(chainId, 'primary')
      if (!cursor) return { did: 'idle' }
      const signer: Signer = { deps, wallet, lane, cursorHeight: cursor.height, firstTips }
      step = await oneStep(signer)
      if (!goesOn(step)) await tellWait(signer, told, step)
      if (!goesOn(step)) break
    }
    return step === null ? { did: 'idle' } : { did: step.do, ...'reason' in step ? { reason: step.reason } : {} }
  }
}
