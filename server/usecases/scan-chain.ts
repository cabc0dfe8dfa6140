import { isChainUnavailable } from '../domain/errors'
import type { ScannedBlock } from '../domain/payment/inbound'
import { confirmWaiting } from './confirm-waiting'
import type { ChainReader } from './ports'
import type { ScanGapRow } from './reconciliation-ports'
import { recordBlocks, walletsOf, type ChainWallets, type ScanDependencies } from './record-blocks'
import type { CursorRow } from './store-ports'

export type { ScanDependencies } from './record-blocks'

/** `waiting`: something waits for a second endpoint's word; worth asking again soon. */
export type ScanChain = (chainId: string, hint?: bigint) => Promise<{ readonly waiting: boolean }>

const leaseMs = 6_000
const renewAfterMs = leaseMs / 3
const blocksAtOnce = 8n

/** What was read before the first height that could not be. */
function readBefore(readings: readonly PromiseSettledResult<ScannedBlock>[]): ScannedBlock[] {
  const blocks: ScannedBlock[] = []
  for (const reading of readings) {
    if (reading.status === 'rejected') break
    blocks.push(reading.value)
  }
  return blocks
}

/**
 * Reads heights in order, the next few while some are recorded, for as long as this instance leads; stops at the first
 * that cannot be read. Without the renewals a slow reader would be joined by the others, who would make it slower still.
 */
export async function recordRange(deps: ScanDependencies, purpose: CursorRow['purpose'], wallets: ChainWallets, chainId: string, from: bigint, to: bigint, avoidEndpoint?: string): Promise<void> {
  const read = (start: bigint) => {
    const count = to - start + 1n < blocksAtOnce ? Number(to - start + 1n) : Number(blocksAtOnce)
    return Promise.allSettled(Array.from({ length: Math.max(0, count) }, (_, index) => deps.reader.block(chainId, start + BigInt(index), { avoidEndpoint })))
  }
  let heldAt = deps.clock.now().getTime()
  let ahead = read(from)
  for (let height = from; height <= to; height += blocksAtOnce) {
    const readings = await ahead
    ahead = read(height + blocksAtOnce)
    const now = deps.clock.now().getTime()
    if (now - heldAt >= renewAfterMs) {
      if (!await deps.store.holdScannerLease(chainId, purpose, deps.instanceId, leaseMs)) return
      heldAt = now
    }
    await recordBlocks(deps, purpose, wallets, readBefore(readings))
    const failed = readings.find(reading => reading.status === 'rejected')
    if (failed) throw failed.reason
  }
}

/**
 * Reads every block after the primary cursor up to the tip; leaves a chain alone that has no wallet of ours. Safe to call
 * from everywhere at any time: only the holder of the chain's lease does anything, and the cursor moves by compare-and-set.
 * Rejects with DomainError('chain_unavailable').
 */
export function makeScanChain(deps: ScanDependencies): ScanChain {
  return async (chainId, hint) => {
    const wallets = { known: await walletsOf(deps, chainId) }
    if (wallets.known.length === 0) return { waiting: false }
    if (!await deps.store.holdScannerLease(chainId, 'primary', deps.instanceId, leaseMs)) return { waiting: false }
    const tip = hint ?? (await deps.reader.tip(chainId)).height
    const cursor = await deps.store.cursor(chainId, 'primary')
    const from = cursor ? cursor.height + 1n : tip
    await recordRange(deps, 'primary', wallets, chainId, from, tip)
    const waiting = await confirmWaiting(deps, chainId, wallets.known, tip)
    return { waiting }
  }
}

/** How many blocks the audit cursor stays behind, and how many it reads in one go. */
const auditLag = 20n
const auditBatch = 100n

/** Whether any endpoint shows the block now. */
export function isReadable(reader: Pick<ChainReader, 'block'>, chainId: string, height: bigint): Promise<boolean> {
  return reader.block(chainId, height).then(() => true, (cause: unknown) => {
    if (isChainUnavailable(cause)) return false
    throw cause
  })
}

/**
 * What was pruned was pruned from below: where a person let the scanner pass blocks, the ones before may be gone as well.
 * The second reading passes those that nobody shows while the chain's newer blocks can be read.
 */
async function passPruned(deps: ScanDependencies, chainId: string, gap: ScanGapRow, newest: bigint): Promise<boolean> {
  const cursor = await deps.store.cursor(chainId, 'audit')
  if (!cursor || await isReadable(deps.reader, chainId, cursor.height + 1n) || !await isReadable(deps.reader, chainId, newest)) return false
  const passed = await deps.store.transaction(tx => tx.passBlocks({ chainId, purpose: 'audit', height: cursor.height }, gap.toHeight))
  if (passed) deps.logger.warn({ chainId, fromHeight: (cursor.height + 1n).toString(), toHeight: gap.toHeight.toString() }, 'blocks were read once only: nobody can show them any more')
  return passed
}

/**
 * A second, slower reading of the chain through another endpoint: finds payments that the first was not shown. Leaves out
 * what a person let the scanner pass: what moved there is booked by the reconciler. Does nothing for a chain with one endpoint.
 */
export function makeAuditChain(deps: ScanDependencies): ScanChain {
  return async (chainId) => {
    const [first, ...others] = deps.reader.endpoints(chainId)
    const primary = await deps.store.cursor(chainId, 'primary')
    if (!first || others.length === 0 || !primary) return { waiting: false }
    if (!await deps.store.holdScannerLease(chainId, 'audit', deps.instanceId, leaseMs)) return { waiting: false }
    const cursor = await deps.store.cursor(chainId, 'audit')
    const next = cursor ? cursor.height + 1n : primary.height > auditLag ? primary.height - auditLag : 1n
    const gap = (await deps.store.scanGaps(chainId)).find(({ toHeight }) => toHeight >= next)
    const isInside = gap !== undefined && gap.fromHeight <= next
    if (isInside && cursor) await deps.store.transaction(tx => tx.passBlocks({ chainId, purpose: 'audit', height: cursor.height }, gap.toHeight))
    const from = isInside ? gap.toHeight + 1n : next
    const ends = [primary.height - auditLag, from + auditBatch, ...gap && !isInside ? [gap.fromHeight - 1n] : []]
    const last = ends.reduce((least, end) => end < least ? end : least)
    const wallets = { known: await walletsOf(deps, chainId) }
    try {
      await recordRange(deps, 'audit', wallets, chainId, from, last, first.endpoint)
    }
    catch (cause) {
      if (!isChainUnavailable(cause) || !gap || isInside || !await passPruned(deps, chainId, gap, primary.height)) throw cause
    }
    return { waiting: false }
  }
}
