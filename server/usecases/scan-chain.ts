import { DomainError, isChainUnavailable } from '../domain/errors'
import type { ScannedBlock } from '../domain/payment/inbound'
import { confirmWaiting } from './confirm-waiting'
import type { ChainReader } from './ports'
import { compareBlock, recordBeside, recordBlocks, toldAt, walletsOf, type ChainWallets, type ScanDependencies } from './record-blocks'
import type { CursorRow } from './store-ports'

export type { ScanDependencies } from './record-blocks'

/** `waiting`: something waits for a second endpoint's word; worth asking again soon. */
export type ScanChain = (chainId: string, hint?: bigint) => Promise<{ readonly waiting: boolean }>

const leaseMs = 6_000
const renewAfterMs = leaseMs / 3
const blocksAtOnce = 8n

type ReadBlock = (height: bigint) => Promise<ScannedBlock>

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
export async function recordRange(deps: ScanDependencies, purpose: CursorRow['purpose'], wallets: ChainWallets, chainId: string, from: bigint, to: bigint, readBlock: ReadBlock = height => deps.reader.block(chainId, height)): Promise<void> {
  const read = (start: bigint) => {
    const count = to - start + 1n < blocksAtOnce ? Number(to - start + 1n) : Number(blocksAtOnce)
    return Promise.allSettled(Array.from({ length: Math.max(0, count) }, (_, index) => readBlock(start + BigInt(index))))
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

/** A chain's blocks, each as two endpoints show it. */
interface SecondReading {
  readonly read: ReadBlock
  /** Whether two endpoints show the chain's newest block now: what one of them lacks then, it has no more. */
  readonly bothAnswer: () => Promise<boolean>
}

/**
 * Which endpoint the scanner had asked is not kept, and one that lies may be either of two: what they show differently is
 * recorded from both. Reading rejects while a second is away; of what that one has no more, one word is all there is.
 */
function readTwice(deps: ScanDependencies, chainId: string, wallets: ChainWallets, newest: bigint, scannersEndpoint: string): SecondReading {
  const unavailable = (height: bigint) => new DomainError('chain_unavailable', `No second endpoint of ${chainId} shows block ${height} now`)
  const readCompared = async (height: bigint) => {
    const block = await deps.reader.block(chainId, height, { avoidEndpoint: scannersEndpoint })
    return { block, agreement: await compareBlock(deps.reader, block, toldAt(wallets.known)) }
  }
  const bothAnswer = () => readCompared(newest).then(({ agreement }) => agreement !== 'waiting', (cause: unknown) => {
    if (isChainUnavailable(cause)) return false
    throw cause
  })
  const readPatiently = async (height: bigint) => {
    const reading = await readCompared(height)
    if (reading.agreement !== 'waiting') return reading
    if (!await bothAnswer()) throw unavailable(height)
    return readCompared(height)
  }
  let isTold = false
  const tellOnce = (height: bigint) => {
    if (!isTold) deps.logger.warn({ chainId, fromHeight: height.toString() }, 'blocks are read on the word of one endpoint: no other one has them any more')
    isTold = true
  }
  return {
    bothAnswer,
    read: async (height) => {
      const { block, agreement } = await readPatiently(height)
      if (agreement === 'disputed') {
        const other = await deps.reader.block(chainId, height, { avoidEndpoint: block.endpoint })
        if (other.endpoint === block.endpoint) throw unavailable(height)
        await recordBeside(deps, wallets, other)
      }
      if (agreement === 'waiting') tellOnce(height)
      return block
    },
  }
}

/** The lowest height above `unreadable` that an endpoint shows: what was pruned was pruned from below. */
async function lowestReadable(reader: Pick<ChainReader, 'block'>, chainId: string, unreadable: bigint, readable: bigint): Promise<bigint> {
  if (readable - unreadable <= 1n) return readable
  const middle = (unreadable + readable) / 2n
  return await isReadable(reader, chainId, middle) ? lowestReadable(reader, chainId, unreadable, middle) : lowestReadable(reader, chainId, middle, readable)
}

/** Moves the second reading over blocks that no endpoint shows although two show the newest one. False: there is nothing to pass. */
async function passPruned(deps: ScanDependencies, chainId: string, newest: bigint, bothAnswer: SecondReading['bothAnswer']): Promise<boolean> {
  const cursor = await deps.store.cursor(chainId, 'audit')
  if (!cursor || !await bothAnswer() || await isReadable(deps.reader, chainId, cursor.height + 1n)) return false
  const toHeight = await lowestReadable(deps.reader, chainId, cursor.height + 1n, newest) - 1n
  const passed = await deps.store.transaction(tx => tx.passBlocks({ chainId, purpose: 'audit', height: cursor.height }, toHeight))
  if (passed) deps.logger.warn({ chainId, fromHeight: (cursor.height + 1n).toString(), toHeight: toHeight.toString() }, 'blocks were read once only: nobody can show them any more')
  return passed
}

/**
 * A second, slower reading of the chain through two endpoints: finds payments that the first was not shown. Leaves out what
 * a person let the scanner pass: what moved there is booked by the reconciler. Does nothing for a chain with one endpoint.
 * Rejects with DomainError('chain_unavailable').
 */
export function makeAuditChain(deps: ScanDependencies): ScanChain {
  return async (chainId) => {
    const [first, ...others] = deps.reader.endpoints(chainId)
    const primary = await deps.store.cursor(chainId, 'primary')
    if (!first || others.length === 0 || !primary) return { waiting: false }
    if (!await deps.store.holdScannerLease(chainId, 'audit', deps.instanceId, leaseMs)) return { waiting: false }
    // Its beginning stays, whoever is away then.
    const cursor = await deps.store.transaction(tx => tx.lockCursor(chainId, 'audit', primary.height > auditLag ? primary.height - auditLag - 1n : 0n))
    const next = cursor.height + 1n
    const gap = (await deps.store.scanGaps(chainId)).find(({ toHeight }) => toHeight >= next)
    const isInside = gap !== undefined && gap.fromHeight <= next
    if (isInside) await deps.store.transaction(tx => tx.passBlocks(cursor, gap.toHeight))
    const from = isInside ? gap.toHeight + 1n : next
    const ends = [primary.height - auditLag, from + auditBatch, ...gap && !isInside ? [gap.fromHeight - 1n] : []]
    const last = ends.reduce((least, end) => end < least ? end : least)
    const wallets = { known: await walletsOf(deps, chainId) }
    const { read, bothAnswer } = readTwice(deps, chainId, wallets, primary.height, first.endpoint)
    try {
      await recordRange(deps, 'audit', wallets, chainId, from, last, read)
    }
    catch (cause) {
      if (!isChainUnavailable(cause) || !await passPruned(deps, chainId, primary.height, bothAnswer)) throw cause
    }
    return { waiting: false }
  }
}
