import { DomainError } from '../domain/errors'
import type { ScannedBlock } from '../domain/payment/inbound'
import { cannotTell, checkOf, type Check, type Finding } from '../domain/reconciliation/check'
import { compareMovements, heightOfFinding, inboundMovement, outgoingMovement, type Movement } from '../domain/reconciliation/compare-movements'
import { isSkipped } from '../domain/reconciliation/gaps'
import type { WatchedWallet } from './ledger-ports'
import type { ReconcileDeps, ReconcileWindow } from './reconcile'
import { compareBlock, movementsAt, toldAt } from './record-blocks'

const readAtOnce = 4

interface Range { readonly from: bigint, readonly to: bigint }

/** What reading a range of blocks anew gave. */
interface Rescan {
  readonly findings: readonly Finding[]
  /** Heights that nobody independent could show, or about which endpoints disagree; with the reason. */
  readonly untold: readonly { readonly height: bigint, readonly reason: string }[]
}

const shownBy = (block: ScannedBlock, wallets: readonly WatchedWallet[]): Movement[] => {
  const { payments, funding, outgoing } = movementsAt(block, wallets)
  return [...payments, ...funding].map(inboundMovement).concat(outgoing.map(outgoingMovement))
}

/** Who the scanner asks first; undefined: there is nobody else. */
function scannersEndpoint({ reader }: ReconcileDeps, chainId: string): string | undefined {
  const [first, ...others] = reader.endpoints(chainId)
  return others.length > 0 ? first?.endpoint : undefined
}

async function judgeBlock(deps: ReconcileDeps, chainId: string, height: bigint, wallets: readonly WatchedWallet[], kept: readonly Movement[]): Promise<Rescan> {
  const untold = (reason: string) => ({ findings: [], untold: [{ height, reason }] })
  const avoidEndpoint = scannersEndpoint(deps, chainId)
  let block: ScannedBlock
  try {
    block = await deps.reader.block(chainId, height, { avoidEndpoint })
  }
  catch (error) {
    if (!(error instanceof DomainError)) throw error
    return untold(error.message)
  }
  const findings = compareMovements(chainId, shownBy(block, wallets), kept.filter(movement => movement.height === height))
  if (avoidEndpoint !== undefined && block.endpoint === avoidEndpoint) return untold(`only ${avoidEndpoint} shows it, which the scanner asks itself`)
  if (findings.length === 0) return { findings, untold: [] }
  // Before one endpoint's word stops payouts, another one is asked.
  const agreement = await compareBlock(deps.reader, block, toldAt(wallets))
  return agreement === 'agreed' || agreement === 'single' ? { findings, untold: [] } : untold('the endpoints disagree about it, or the second does not answer')
}

async function rescan(deps: ReconcileDeps, chainId: string, ranges: readonly Range[], wallets: readonly WatchedWallet[]): Promise<Rescan> {
  const gaps = await deps.books.scanGaps(chainId)
  const results: Rescan[] = []
  for (const { from, to } of ranges) {
    const kept = await deps.books.movementsBetween(chainId, from, to)
    const heights = Array.from({ length: Number(to - from + 1n) }, (_, index) => from + BigInt(index)).filter(height => !isSkipped(gaps, height))
    for (let start = 0; start < heights.length; start += readAtOnce) {
      const judged = await Promise.all(heights.slice(start, start + readAtOnce).map(height => judgeBlock(deps, chainId, height, wallets, kept)))
      results.push(...judged)
      // Nobody shows any of them: the rest of the range is not asked for, and not told either.
      const [reason] = judged.map(({ untold }) => untold[0]?.reason)
      if (reason === undefined || judged.some(({ untold }) => untold.length === 0)) continue
      results.push({ findings: [], untold: heights.slice(start + readAtOnce).map(height => ({ height, reason })) })
      break
    }
  }
  return { findings: results.flatMap(result => result.findings), untold: results.flatMap(result => result.untold) }
}

/** The newest blocks, and as many of the window's `older` as fit at a random place between the beginning of watching and them. */
function rangesOf({ ids }: ReconcileDeps, window: ReconcileWindow, beginning: bigint, height: bigint): { readonly recent: Range, readonly older: Range | null } {
  const from = height - window.recentBlocks + 1n > beginning ? height - window.recentBlocks + 1n : beginning
  const places = from - beginning
  if (places <= 0n || window.olderBlocks <= 0n) return { recent: { from, to: height }, older: null }
  const [place = 0] = ids.randomIntegers(1, Number(places))
  const start = beginning + BigInt(place)
  const end = start + window.olderBlocks - 1n
  return { recent: { from, to: height }, older: { from: start, to: end < from ? end : from - 1n } }
}

const inWords = ({ from, to }: Range) => from === to ? `block ${from}` : `blocks ${from} to ${to}`

/** I3: blocks read anew, through another endpoint than the scanner's where there is one, tell what the rows tell. */
export async function reconcileBlocks(deps: ReconcileDeps, chainId: string, window: ReconcileWindow, height: bigint): Promise<readonly Check[]> {
  const wallets = (await deps.store.watchedWallets(chainId)).filter(wallet => wallet.watchedFrom !== null && wallet.watchedFrom < height)
  const beginning = wallets.reduce<bigint | null>((first, { watchedFrom }) => first === null || watchedFrom! + 1n < first ? watchedFrom! + 1n : first, null)
  if (beginning === null) return [cannotTell('I3', 'nothing', `No wallet of ${chainId} is watched yet.`)]
  const { recent, older } = rangesOf(deps, window, beginning, height)
  const suspects = (await deps.books.openFindings(chainId)).flatMap(({ invariant, subject }) => invariant === 'I3' ? heightOfFinding(subject) ?? [] : [])
  const covered = (at: bigint) => [recent, older].some(range => range !== null && range.from <= at && at <= range.to)
  const again = [...new Set(suspects)].filter(at => !covered(at)).map(at => ({ from: at, to: at }))
  const { findings, untold } = await rescan(deps, chainId, [...older ? [older] : [], recent, ...again], wallets)
  const looked = `${inWords(recent)}${older ? ` and ${inWords(older)}` : ''} of ${chainId}`
  const alone = scannersEndpoint(deps, chainId) === undefined ? ', on the word of the only endpoint' : ''
  const [first] = untold
  return [
    checkOf('I3', 'block:', findings, `Read anew, ${looked} moved of ours exactly what the rows keep${alone}.`),
    ...untold.map(({ height: at, reason }) => cannotTell('I3', `block:${at}/`, `Block ${at} of ${chainId} cannot be compared: ${reason}.`)).filter(check => suspects.some(at => check.scope === `block:${at}/`)),
    ...first ? [cannotTell('I3', 'nothing', `${untold.length} of ${looked} cannot be compared, block ${first.height} first: ${first.reason}.`)] : [],
  ]
}

/** How far a node may be behind the scanner without anything being wrong. */
const toleratedLag = 10n

/** I9: the chain has every block that the scanner says it read, and at that height the block it read. */
export async function reconcileCursor({ store, books, reader }: ReconcileDeps, chainId: string): Promise<readonly Check[]> {
  const cursor = await store.cursor(chainId, 'primary')
  if (!cursor) return [cannotTell('I9', 'cursor:', `No block of ${chainId} was scanned yet.`)]
  const finding = (sentence: string) => [{ invariant: 'I9' as const, chainId, subject: `cursor:${chainId}`, sentence }]
  const tip = await reader.tip(chainId)
  if (cursor.height > tip.height) {
    const sentence = `The scanner of ${chainId} says it read block ${cursor.height}, and the chain's newest is ${tip.height}.`
    return [cursor.height > tip.height + toleratedLag ? checkOf('I9', 'cursor:', finding(sentence), '') : cannotTell('I9', 'cursor:', sentence)]
  }
  const { time } = await reader.block(chainId, cursor.height)
  // At the end of a gap nobody knows the block's time: that of the last one read stays.
  const isSkipped = (await books.scanGaps(chainId)).some(({ toHeight }) => toHeight === cursor.height)
  const readAt = cursor.blockTime
  const isOther = readAt !== null && (isSkipped ? readAt > time : readAt.getTime() !== time.getTime())
  return [checkOf('I9', 'cursor:', isOther ? finding(`Block ${cursor.height} of ${chainId} is of ${time.toISOString()}, and the one that the scanner read was of ${readAt.toISOString()}: this is another chain, or it was rolled back.`) : [], `The scanner of ${chainId} has read up to block ${cursor.height}, and the chain's newest is ${tip.height}.`)]
}
