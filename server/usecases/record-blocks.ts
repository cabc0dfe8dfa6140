import type { PaymentConfirmation } from '../../shared/types/clearing'
import { readMemo } from '../../shared/utils/memo-code'
import type { InboundTransfer, ScannedBlock } from '../domain/payment/inbound'
import { recogniseInbound } from '../domain/payment/recognise'
import { toldByEvents } from '../domain/payment/told-by-events'
import { recogniseOutgoing, type OutgoingTransfer } from '../domain/refund/outgoing'
import { creditSeenPayments, expirePastGrace, type PaymentPolicy } from './credit-payments'
import type { BlockSource, WatchedWallet } from './ledger-ports'
import type { BlockAgreement, ChainReader, Clock, Logger, ToldByEvents } from './ports'
import { ownersOf, settleOutgoing, type OutgoingPolicy } from './settle-outgoing'
import type { CursorRow, Store, StoreTransaction } from './store-ports'

export interface ScanDependencies {
  readonly store: Store
  readonly reader: ChainReader
  readonly clock: Clock
  readonly logger: Logger
  readonly instanceId: string
  readonly policy: PaymentPolicy
  /** Addresses that customers of a chain pay to now; remembered, and watched for ever. */
  readonly serviceAddresses: (chainId: string) => ReadonlySet<string>
  /** Absent: every chain is paid by hand, and nothing is an operator's. */
  readonly outgoing?: OutgoingPolicy
}

/** The wallets of a chain, read anew when one is found to be missing. */
export interface ChainWallets {
  known: readonly WatchedWallet[]
}

const byHandOnly: OutgoingPolicy = { operatorAddresses: new Set(), signs: () => false }

/** Every wallet of ours on a chain, the ones that the configuration names today included. */
export async function walletsOf(deps: ScanDependencies, chainId: string): Promise<readonly WatchedWallet[]> {
  const wallets = await deps.store.watchedWallets(chainId)
  const configured = [...deps.serviceAddresses(chainId)]
  const relaying = wallets.find(wallet => wallet.role === 'relayer' && configured.includes(wallet.address))
  if (relaying) throw new Error(`${relaying.address} is a relayer key of ${chainId}: SERVICE_WALLET_ADDRESS needs a wallet of its own`)
  const missing = configured.filter(address => !wallets.some(wallet => wallet.address === address))
  if (missing.length === 0) return wallets
  await deps.store.watchWallets(missing.map(address => ({ chainId, address, role: 'service' })), deps.clock.now())
  return deps.store.watchedWallets(chainId)
}

/** What a block moved of ours. */
interface Movements {
  readonly payments: readonly InboundTransfer[]
  /** Into relayer wallets. */
  readonly funding: readonly InboundTransfer[]
  readonly outgoing: readonly OutgoingTransfer[]
}

/** Whether a wallet's movements in a block belong into the books: what a key did before it was known is its opening balance. */
const isWatchedAt = (height: bigint, purpose: CursorRow['purpose']) => ({ watchedFrom }: WatchedWallet) => watchedFrom === null ? purpose === 'primary' : watchedFrom < height

function movementsOf(block: ScannedBlock, wallets: readonly WatchedWallet[]): Movements {
  const addresses = (role?: WatchedWallet['role']) => new Set(wallets.filter(wallet => role === undefined || wallet.role === role).map(wallet => wallet.address))
  return { payments: recogniseInbound(block, addresses('service')), funding: recogniseInbound(block, addresses('relayer')), outgoing: recogniseOutgoing(block, addresses()) }
}

/** What a block that was passed moved, as the primary scan should have seen it. */
export const movementsAt = (block: ScannedBlock, wallets: readonly WatchedWallet[]): Movements => movementsOf(block, wallets.filter(isWatchedAt(block.height, 'audit')))

const toldBy = ({ payments, funding, outgoing }: Movements) => toldByEvents([...payments, ...funding], outgoing)

/** What of ours only the events of a block that was passed tell. */
export const toldAt = (wallets: readonly WatchedWallet[]) => (block: ScannedBlock): string => toldBy(movementsAt(block, wallets))

export const codesOf = (block: ScannedBlock): number[] => block.txs.map(tx => tx.code)
/** Compares a block that was read with what a second endpoint shows, and what of ours only events tell. */
export const compareBlock = (reader: Pick<ChainReader, 'confirmBlock'>, block: ScannedBlock, told: ToldByEvents): Promise<BlockAgreement> =>
  reader.confirmBlock({ ...block, codes: codesOf(block), toldByEvents: told(block) }, told)

/** Where rows of a block that needs no other word come from. */
export const vouchedSource = (block: ScannedBlock, confirmation: PaymentConfirmation): BlockSource => ({ blockHash: block.blockHash, codes: codesOf(block), endpoint: block.endpoint, confirmation, toldByEvents: null })

export const confirmationOf = (agreement: BlockAgreement): PaymentConfirmation => agreement === 'agreed' || agreement === 'single' ? agreement : 'none'

async function noteSeen(tx: StoreTransaction, transfers: readonly InboundTransfer[], now: Date): Promise<void> {
  for (const transfer of transfers) {
    const operation = await tx.lockOperationByMemo(readMemo(transfer.memo))
    if (!operation) continue
    const detail = { amount: transfer.coin.amount.toString(), denom: transfer.coin.denom, txHash: transfer.txHash, height: transfer.height.toString() }
    await tx.appendEvent(operation.id, { type: 'log', event: 'payment_seen', detail }, { actor: 'scanner', cause: 'block scan' }, now)
  }
}

export async function insertMovements(deps: ScanDependencies, tx: StoreTransaction, { payments, funding, outgoing }: Movements, source: BlockSource): Promise<void> {
  const inserted = await tx.insertInbound(payments, source, deps.clock.now())
  if (inserted.length > 0) await noteSeen(tx, payments.filter(transfer => transfer.kind === 'msg_send'), deps.clock.now())
  if (funding.length > 0) await tx.insertFunding(funding, source)
  if (outgoing.length > 0) await tx.insertOutgoing(outgoing, source)
}

/** Books what waits and is vouched for. `moved`: it may include more than payments that have grown old enough. */
export async function settle(deps: ScanDependencies, tx: StoreTransaction, chainId: string, wallets: readonly WatchedWallet[], upToHeight: bigint, moved = true): Promise<void> {
  const policy = deps.outgoing ?? byHandOnly
  const owners = ownersOf(policy, wallets)
  if (moved) {
    await tx.bookFunding(chainId, deps.clock.now())
    await settleOutgoing(tx, chainId, { signs: policy.signs, owners, clock: deps.clock, logger: deps.logger })
  }
  await creditSeenPayments(tx, chainId, upToHeight, deps.policy, owners, deps.clock)
}

/** One block, or several that move nothing of ours, in order and without a gap. */
type Run = readonly [ScannedBlock, ...ScannedBlock[]]

async function sourceOf(deps: ScanDependencies, block: ScannedBlock, watched: readonly WatchedWallet[]): Promise<BlockSource> {
  const told: ToldByEvents = shown => toldBy(movementsOf(shown, watched))
  const agreement = await compareBlock(deps.reader, block, told)
  const confirmation = confirmationOf(agreement)
  if (agreement === 'disputed') deps.logger.error({ chainId: block.chainId, height: block.height.toString() }, 'endpoints disagree about a block that moves our money')
  return { ...vouchedSource(block, confirmation), toldByEvents: confirmation === 'none' ? told(block) : null }
}

/**
 * Records what reached and what left our wallets, settles refunds, credits what may be credited, expires what is due, and
 * moves the cursor: one transaction. `movements`: null when nothing of ours moves.
 */
async function recordRun(deps: ScanDependencies, purpose: CursorRow['purpose'], wallets: ChainWallets, run: Run, movements: Movements | null): Promise<void> {
  const { chainId, height: first } = run[0]
  const last = run.at(-1)!
  const watched = wallets.known.filter(isWatchedAt(last.height, purpose))
  const source = movements && await sourceOf(deps, last, watched)
  const { known, missed } = await deps.store.transaction(async (tx) => {
    const cursor = await tx.lockCursor(chainId, purpose, first - 1n)
    if (cursor.height < first - 1n || cursor.height >= last.height) return { known: wallets.known, missed: false } // another instance was here
    const known = await tx.beginWatching(chainId, watched.map(wallet => wallet.address), cursor.height)
    const missed = known.filter(isWatchedAt(last.height, purpose)).some(wallet => !watched.some(({ address }) => address === wallet.address))
    if (missed) return { known, missed }
    if (source) await insertMovements(deps, tx, movements, source)
    await settle(deps, tx, chainId, known, last.height, source !== null)
    if (purpose === 'primary') await expirePastGrace(tx, chainId, last.time, deps.clock)
    await tx.advanceCursor(cursor, last.height, last.time)
    return { known, missed }
  })
  wallets.known = known
  // A wallet was added meanwhile: nothing of the blocks is kept before that one was looked for, too.
  if (missed) await recordBlocks(deps, purpose, wallets, run)
}

const movesNothing = ({ payments, funding, outgoing }: Movements) => payments.length + funding.length + outgoing.length === 0

/** Records what a block moves beside what another endpoint showed at its height. Moves no cursor; harmless when repeated. */
export async function recordBeside(deps: ScanDependencies, wallets: ChainWallets, block: ScannedBlock): Promise<void> {
  const movements = movementsAt(block, wallets.known)
  if (movesNothing(movements)) return
  const source = await sourceOf(deps, block, wallets.known.filter(isWatchedAt(block.height, 'audit')))
  await deps.store.transaction(async (tx) => {
    await insertMovements(deps, tx, movements, source)
    await settle(deps, tx, block.chainId, wallets.known, block.height)
  })
}

/** Records blocks, in order and without a gap. Those that move nothing of ours share a transaction: a scanner that fell behind catches up. */
export async function recordBlocks(deps: ScanDependencies, purpose: CursorRow['purpose'], wallets: ChainWallets, blocks: readonly ScannedBlock[]): Promise<void> {
  let quiet: ScannedBlock[] = []
  const recordQuiet = async () => {
    const [first, ...others] = quiet
    quiet = []
    if (first) await recordRun(deps, purpose, wallets, [first, ...others], null)
  }
  for (const block of blocks) {
    const movements = movementsOf(block, wallets.known.filter(isWatchedAt(block.height, purpose)))
    if (movesNothing(movements)) {
      quiet.push(block)
      continue
    }
    await recordQuiet()
    await recordRun(deps, purpose, wallets, [block], movements)
  }
  await recordQuiet()
}
