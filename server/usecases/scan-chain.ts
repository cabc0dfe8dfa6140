import type { PaymentConfirmation } from '../../shared/types/clearing'
import { readMemo } from '../../shared/utils/memo-code'
import type { InboundTransfer, ScannedBlock } from '../domain/payment/inbound'
import { recogniseInbound } from '../domain/payment/recognise'
import { recogniseOutgoing } from '../domain/refund/outgoing'
import { creditSeenPayments, expirePastGrace, type PaymentPolicy } from './credit-payments'
import type { BlockAgreement, ChainReader, Clock, Logger } from './ports'
import { settleOutgoing, type OutgoingPolicy } from './settle-outgoing'
import type { CursorRow, Store, StoreTransaction } from './store-ports'

export interface ScanDependencies {
  readonly store: Store
  readonly reader: ChainReader
  readonly clock: Clock
  readonly logger: Logger
  readonly instanceId: string
  readonly policy: PaymentPolicy
  /** Our addresses on a chain; empty: the chain is not scanned. */
  readonly serviceAddresses: (chainId: string) => ReadonlySet<string>
  /** Absent: every chain is paid by hand, and nothing is an operator's. */
  readonly outgoing?: OutgoingPolicy
}

const byHandOnly: OutgoingPolicy = { operatorAddresses: new Set(), signs: () => false }
const outgoingPolicy = (deps: ScanDependencies) => deps.outgoing ?? byHandOnly

/** `waiting`: a payment waits for a second endpoint's word; worth asking again soon. */
export type ScanChain = (chainId: string, hint?: bigint) => Promise<{ readonly waiting: boolean }>

const leaseMs = 6_000
const blocksAhead = 8

async function noteSeen(tx: StoreTransaction, transfers: readonly InboundTransfer[], now: Date): Promise<void> {
  for (const transfer of transfers) {
    const operation = await tx.lockOperationByMemo(readMemo(transfer.memo))
    if (!operation) continue
    const detail = { amount: transfer.coin.amount.toString(), denom: transfer.coin.denom, txHash: transfer.txHash, height: transfer.height.toString() }
    await tx.appendEvent(operation.id, { type: 'log', event: 'payment_seen', detail }, { actor: 'scanner', cause: 'block scan' }, now)
  }
}

const confirmationOf = (agreement: BlockAgreement): PaymentConfirmation => agreement === 'agreed' || agreement === 'single' ? agreement : 'none'

/** Records what reached and what left our wallets in a block, settles refunds, credits what may be credited, expires what is due, and moves the cursor: one transaction. */
async function recordBlock(deps: ScanDependencies, purpose: CursorRow['purpose'], block: ScannedBlock): Promise<void> {
  const transfers = recogniseInbound(block, deps.serviceAddresses(block.chainId))
  const outgoing = recogniseOutgoing(block, deps.serviceAddresses(block.chainId))
  const codes = block.txs.map(tx => tx.code)
  const agreement = transfers.length + outgoing.length > 0 ? await deps.reader.confirmBlock({ ...block, codes }) : 'agreed'
  if (agreement === 'disputed') deps.logger.error({ chainId: block.chainId, height: block.height.toString() }, 'endpoints disagree about a block that moves our money')
  const source = { blockHash: block.blockHash, codes, endpoint: block.endpoint, confirmation: confirmationOf(agreement) }
  await deps.store.transaction(async (tx) => {
    const cursor = await tx.lockCursor(block.chainId, purpose, block.height - 1n)
    if (cursor.height !== block.height - 1n) return // another instance recorded it
    const inserted = await tx.insertInbound(transfers, source, deps.clock.now())
    if (inserted.length > 0) await noteSeen(tx, transfers.filter(transfer => transfer.kind === 'msg_send'), deps.clock.now())
    if (outgoing.length > 0) {
      await tx.insertOutgoing(outgoing, source)
      await settleOutgoing(tx, block.chainId, outgoingPolicy(deps), deps.clock, deps.logger)
    }
    await creditSeenPayments(tx, block.chainId, block.height, deps.policy, outgoingPolicy(deps).operatorAddresses, deps.clock)
    if (purpose === 'primary') await expirePastGrace(tx, block.chainId, block.time, deps.clock)
    await tx.advanceCursor(cursor, block.height, block.time)
  })
}

/** Reads heights in order, a few fetched ahead; stops at the first that cannot be read. */
async function recordRange(deps: ScanDependencies, purpose: CursorRow['purpose'], chainId: string, from: bigint, to: bigint, avoidEndpoint?: string): Promise<void> {
  const pending = new Map<bigint, Promise<ScannedBlock>>()
  const fetch = (height: bigint) => {
    const block = deps.reader.block(chainId, height, { avoidEndpoint })
    block.catch(() => {}) // awaited below, in order
    pending.set(height, block)
  }
  for (let height = from; height <= to; height += 1n) {
    for (let ahead = height; ahead <= to && ahead < height + BigInt(blocksAhead); ahead += 1n) {
      if (!pending.has(ahead)) fetch(ahead)
    }
    await recordBlock(deps, purpose, await pending.get(height)!)
    pending.delete(height)
    if (height % 50n === 0n && !await deps.store.holdScannerLease(chainId, purpose, deps.instanceId, leaseMs)) return
  }
}

/** Asks a second endpoint again about blocks whose payments wait for it. */
async function confirmWaiting(deps: ScanDependencies, chainId: string, cursorHeight: bigint): Promise<boolean> {
  let stillWaiting = false
  for (const waiting of await deps.store.heightsAwaitingSecond(chainId)) {
    const agreement = await deps.reader.confirmBlock({ chainId, ...waiting })
    const confirmation = confirmationOf(agreement)
    if (confirmation === 'none') {
      stillWaiting = true
      continue
    }
    await deps.store.transaction(async (tx) => {
      await tx.setConfirmation(chainId, waiting.height, confirmation)
      await creditSeenPayments(tx, chainId, cursorHeight, deps.policy, outgoingPolicy(deps).operatorAddresses, deps.clock)
    })
  }
  return stillWaiting
}

/**
 * Reads every block after the primary cursor up to the tip. Safe to call from everywhere at any time: only the holder of
 * the chain's lease does anything, and the cursor moves by compare-and-set. Rejects with DomainError('chain_unavailable').
 */
export function makeScanChain(deps: ScanDependencies): ScanChain {
  return async (chainId, hint) => {
    if (!await deps.store.holdScannerLease(chainId, 'primary', deps.instanceId, leaseMs)) return { waiting: false }
    const tip = hint ?? (await deps.reader.tip(chainId)).height
    const cursor = await deps.store.cursor(chainId, 'primary')
    const from = cursor ? cursor.height + 1n : tip
    await recordRange(deps, 'primary', chainId, from, tip)
    const waiting = await confirmWaiting(deps, chainId, tip)
    return { waiting }
  }
}

/** How many blocks the audit cursor stays behind, and how many it reads in one go. */
const auditLag = 20n
const auditBatch = 100n

/**
 * A second, slower reading of the chain through another endpoint: finds payments that the first was not shown. Does
 * nothing for a chain with one endpoint.
 */
export function makeAuditChain(deps: ScanDependencies): ScanChain {
  return async (chainId) => {
    const [first, ...others] = deps.reader.endpoints(chainId)
    const primary = await deps.store.cursor(chainId, 'primary')
    if (!first || others.length === 0 || !primary) return { waiting: false }
    if (!await deps.store.holdScannerLease(chainId, 'audit', deps.instanceId, leaseMs)) return { waiting: false }
    const cursor = await deps.store.cursor(chainId, 'audit')
    const from = cursor ? cursor.height + 1n : primary.height - auditLag
    const last = primary.height - auditLag
    await recordRange(deps, 'audit', chainId, from > 0n ? from : 1n, last < from + auditBatch ? last : from + auditBatch, first.endpoint)
    return { waiting: false }
  }
}
