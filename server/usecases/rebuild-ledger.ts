import { DomainError } from '../domain/errors'
import { worstOf, type CheckResult } from '../domain/reconciliation/check'
import { compareMovements } from '../domain/reconciliation/compare-movements'
import { confirmWaiting } from './confirm-waiting'
import type { RebuildStore, RebuiltRange, RebuiltTotal } from './rebuild-ports'
import type { ReconciliationStore } from './reconciliation-ports'
import { walletsOf } from './record-blocks'
import { recordRange, type ScanDependencies } from './scan-chain'
import type { Store } from './store-ports'

export interface RebuildDeps {
  /** On the scratch tables: recognition and crediting are the scanner's own. */
  readonly scanning: ScanDependencies
  readonly scratch: RebuildStore
  /** On the real tables. */
  readonly store: Pick<Store, 'bookedUpTo' | 'watchedWallets'>
  readonly books: Pick<ReconciliationStore, 'scanGaps'>
  readonly progress?: (chainId: string, height: bigint, to: bigint) => void
}

export interface RebuildReport {
  readonly chainId: string
  /** null: nothing could be compared. */
  readonly range: RebuiltRange | null
  readonly result: CheckResult
  readonly totals: readonly RebuiltTotal[]
  /** Everything that differs or cannot be told, in words. */
  readonly sentences: readonly string[]
}

export interface RebuildOptions {
  /** Default: the first block after watching began. */
  readonly from?: bigint
  /** Default, and at most: up to where everything is booked. */
  readonly to?: bigint
}

export type RebuildLedger = (chainId: string, options?: RebuildOptions) => Promise<RebuildReport>

const blocksAtOnce = 50n

interface Piece { readonly from: bigint, readonly to: bigint, readonly skipped: boolean }

/** The range in pieces, in order, with the gaps that an admin let the scanner pass as pieces of their own. */
function piecesOf({ from, to }: RebuiltRange, gaps: readonly { readonly fromHeight: bigint, readonly toHeight: bigint }[]): Piece[] {
  const pieces: Piece[] = []
  let next = from
  for (const gap of gaps.filter(({ fromHeight, toHeight }) => toHeight >= from && fromHeight <= to)) {
    if (gap.fromHeight > next) pieces.push({ from: next, to: gap.fromHeight - 1n, skipped: false })
    pieces.push({ from: next > gap.fromHeight ? next : gap.fromHeight, to: gap.toHeight < to ? gap.toHeight : to, skipped: true })
    next = gap.toHeight + 1n
  }
  if (next <= to) pieces.push({ from: next, to, skipped: false })
  return pieces
}

/** Reads the range into the scratch tables. Returns up to where that went, and why no further. */
async function readAnew({ scanning, scratch, books, progress }: RebuildDeps, range: RebuiltRange): Promise<{ readonly reached: bigint, readonly stopped: string | null }> {
  const { chainId, to } = range
  const wallets = { known: await walletsOf(scanning, chainId) }
  for (const piece of piecesOf(range, await books.scanGaps(chainId))) {
    if (piece.skipped) {
      await scratch.pass(chainId, piece.to)
      continue
    }
    for (let from = piece.from; from <= piece.to; from += blocksAtOnce) {
      const last = from + blocksAtOnce - 1n < piece.to ? from + blocksAtOnce - 1n : piece.to
      try {
        await recordRange(scanning, 'primary', wallets, chainId, from, last)
      }
      catch (error) {
        if (!(error instanceof DomainError)) throw error
        const cursor = await scanning.store.cursor(chainId, 'primary')
        return { reached: cursor?.height ?? range.from - 1n, stopped: error.message }
      }
      progress?.(chainId, last, to)
    }
  }
  return { reached: to, stopped: null }
}

const nothing = (chainId: string, sentence: string): RebuildReport => ({ chainId, range: null, result: 'cannot_tell', totals: [], sentences: [sentence] })

function differencesOf(totals: readonly RebuiltTotal[], chainId: string): string[] {
  return totals.filter(({ chain, books }) => chain !== books)
    .map(({ account, denom, chain, books }) => `${account} on ${chainId} moved by ${chain} ${denom} as the chain tells it, and by ${books} in the books: off by ${books - chain}.`)
}

/**
 * Reads a chain anew into scratch tables, by the same recognition and crediting as the scanner, and compares it with the
 * books to the unit: every transfer, every account, and where every payment went. Changes no row of the real tables.
 */
export function makeRebuildLedger(deps: RebuildDeps): RebuildLedger {
  const { scanning, scratch, store } = deps
  return async (chainId, options = {}) => {
    const booked = await store.bookedUpTo(chainId)
    const beginning = (await store.watchedWallets(chainId)).reduce<bigint | null>((first, { watchedFrom }) => watchedFrom !== null && (first === null || watchedFrom + 1n < first) ? watchedFrom + 1n : first, null)
    if (booked === null || beginning === null) return nothing(chainId, `No block of ${chainId} was scanned yet.`)
    const wanted = { chainId, from: options.from !== undefined && options.from > beginning ? options.from : beginning, to: options.to !== undefined && options.to < booked ? options.to : booked }
    if (wanted.from > wanted.to) return nothing(chainId, `There is nothing to compare: blocks ${wanted.from} to ${wanted.to} of ${chainId}.`)
    try {
      await scratch.begin(chainId, wanted.from === beginning ? null : (await scanning.reader.block(chainId, wanted.from)).time)
    }
    catch (error) {
      if (error instanceof DomainError) return nothing(chainId, `${error.message}.`)
      throw error
    }
    const { reached, stopped } = await readAnew(deps, wanted)
    if (reached < wanted.from) return nothing(chainId, `Block ${wanted.from} of ${chainId} cannot be read: ${stopped ?? ''}.`)
    const waiting = await confirmWaiting(scanning, chainId, await scanning.store.watchedWallets(chainId), reached)
    const range = { ...wanted, to: reached }
    const totals = await scratch.totals(range)
    const different = [
      ...compareMovements(chainId, await scratch.rebuiltMovements(range), await scratch.keptMovements(range)).map(finding => finding.sentence),
      ...differencesOf(totals, chainId),
      ...(await scratch.placements(range)).map(placement => placement.sentence),
    ]
    const untold = [
      ...stopped === null ? [] : [`Blocks ${reached + 1n} to ${wanted.to} of ${chainId} were not compared: ${stopped}.`],
      ...waiting ? [`Some blocks of ${chainId} wait for a second endpoint: what they moved is not compared.`] : [],
    ]
    // What waits for a second endpoint is missing on one side: that is no difference yet.
    const result = waiting ? 'cannot_tell' : worstOf([different.length > 0 ? 'broken' : 'sound', untold.length > 0 ? 'cannot_tell' : 'sound'])
    return { chainId, range, result, totals, sentences: [...different, ...untold] }
  }
}
