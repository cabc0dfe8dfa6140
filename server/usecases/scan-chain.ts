import type { ScannedBlock } from '../domain/payment/inbound'
import { confirmWaiting } from './confirm-waiting'
import { recordBlock, walletsOf, type ChainWallets, type ScanDependencies } from './record-block'
import type { CursorRow } from './store-ports'

export type { ScanDependencies } from './record-block'

/** `waiting`: something waits for a second endpoint's word; worth asking again soon. */
export type ScanChain = (chainId: string, hint?: bigint) => Promise<{ readonly waiting: boolean }>

const leaseMs = 6_000
const blocksAhead = 8

/** Reads heights in order, a few fetched ahead; stops at the first that cannot be read. */
export async function recordRange(deps: ScanDependencies, purpose: CursorRow['purpose'], wallets: ChainWallets, chainId: string, from: bigint, to: bigint, avoidEndpoint?: string): Promise<void> {
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
    await recordBlock(deps, purpose, wallets, await pending.get(height)!)
    pending.delete(height)
    if (height % 50n === 0n && !await deps.store.holdScannerLease(chainId, purpose, deps.instanceId, leaseMs)) return
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
    const wallets = { known: await walletsOf(deps, chainId) }
    await recordRange(deps, 'audit', wallets, chainId, from > 0n ? from : 1n, last < from + auditBatch ? last : from + auditBatch, first.endpoint)
    return { waiting: false }
  }
}
