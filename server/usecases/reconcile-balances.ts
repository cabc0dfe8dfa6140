import type { Coin } from '../../shared/utils/coin'
import { walletAccount } from '../domain/ledger/entries'
import { cannotTell, checkOf, type Check } from '../domain/reconciliation/check'
import { compareBalances, type WalletReading } from '../domain/reconciliation/compare-balances'
import { DomainError } from '../domain/errors'
import type { WatchedWallet } from './ledger-ports'
import type { ReconcileDeps } from './reconcile'

const scopeOf = (wallet: WatchedWallet) => `${walletAccount(wallet.role, wallet.address)}/`

/** `null`: nobody can be believed, with the reason. */
async function balancesOf({ reader }: ReconcileDeps, { chainId, address }: WatchedWallet, height: bigint): Promise<{ readonly balances: readonly Coin[] | null, readonly reason: string }> {
  const { balances, agreement } = await reader.balancesAt(chainId, address, height)
  if (agreement === 'agreed' || agreement === 'single') return { balances, reason: '' }
  return { balances: null, reason: agreement === 'disputed' ? `Two endpoints of ${chainId} disagree about what ${address} held at block ${height}` : `No second endpoint of ${chainId} tells what ${address} held at block ${height}` }
}

async function readingOf({ store, books, directory }: ReconcileDeps, wallet: WatchedWallet, height: bigint, balances: readonly Coin[]): Promise<WalletReading> {
  const { chainId } = wallet
  const account = walletAccount(wallet.role, wallet.address)
  const checkpoints = await books.checkpointsBelow(wallet, height)
  const heights = [...new Set(checkpoints.map(checkpoint => checkpoint.height))]
  const legsAtCheckpoints = (await Promise.all(heights.map(async at => (await store.walletLegs(chainId, account, at)).map(coin => ({ ...coin, height: at }))))).flat()
  // An empty wallet is compared, too: with nothing.
  const feeDenom = directory.chain(chainId)?.feeDenom
  const known = feeDenom === undefined || balances.some(({ denom }) => denom === feeDenom) ? balances : [...balances, { denom: feeDenom, amount: 0n }]
  return { chainId, account, height, balances: known, legs: await store.walletLegs(chainId, account, height), checkpoints, legsAtCheckpoints }
}

/** Whether the second reading, where there is one, has passed a block: what the first was not shown is found by then. */
async function isReadTwice({ store, reader }: ReconcileDeps, chainId: string, height: bigint): Promise<boolean> {
  if (reader.endpoints(chainId).length < 2) return true
  const audit = await store.cursor(chainId, 'audit')
  return audit !== null && audit.height >= height
}

/** What an admin let the scanner pass can have moved coins: what is off since the books last agreed is booked as that, once. */
async function bookGaps(deps: ReconcileDeps, wallet: WatchedWallet, reading: WalletReading): Promise<'nothing' | 'booked' | 'too_early'> {
  const agreedAt = reading.checkpoints.reduce((latest, { height }) => height > latest ? height : latest, wallet.openedHeight ?? reading.height)
  const gap = (await deps.books.scanGaps(wallet.chainId)).filter(({ toHeight }) => toHeight > agreedAt && toHeight <= reading.height).at(-1)
  if (!gap) return 'nothing'
  if (!await isReadTwice(deps, wallet.chainId, gap.toHeight)) return 'too_early'
  if (!await deps.books.bookGap(wallet, gap, reading, deps.clock.now())) return 'nothing'
  deps.logger.warn({ chainId: wallet.chainId, address: wallet.address, fromHeight: gap.fromHeight.toString(), toHeight: gap.toHeight.toString() }, 'coins that moved in skipped blocks are booked as unallocated')
  return 'booked'
}

async function keepCheckpoints({ books, clock }: ReconcileDeps, wallet: WatchedWallet, reading: WalletReading): Promise<void> {
  const gaps = await books.scanGaps(wallet.chainId)
  const changed = reading.balances.filter(({ denom, amount }) => {
    const last = reading.checkpoints.find(checkpoint => checkpoint.denom === denom)
    return !last || last.balance !== amount || gaps.some(({ toHeight }) => toHeight > last.height)
  })
  const gone = reading.checkpoints.filter(({ denom, balance }) => balance !== 0n && !reading.balances.some(coin => coin.denom === denom)).map(({ denom }) => ({ denom, amount: 0n }))
  await books.saveCheckpoints(wallet, reading.height, [...changed, ...gone], clock.now())
}

/** Books what a wallet held before it was watched. Returns why it cannot be compared; null: it can. */
async function openWallet(deps: ReconcileDeps, wallet: WatchedWallet, height: bigint, balances: readonly Coin[]): Promise<Check | null> {
  const answer = await deps.store.transaction(tx => tx.bookOpening(wallet, height, balances, deps.clock.now()))
  if (answer.state === 'not_watched') return cannotTell('I2', scopeOf(wallet), `${wallet.address} on ${wallet.chainId} is not watched up to block ${height} yet.`)
  if (answer.state !== 'impossible') return null
  const findings = answer.opening.filter(({ amount }) => amount < 0n).map(({ denom, amount }) => ({
    invariant: 'I2' as const, chainId: wallet.chainId, subject: `${scopeOf(wallet)}${denom}`,
    sentence: `${wallet.address} on ${wallet.chainId} held ${-amount} ${denom} less at block ${height} than its recorded transfers alone come to.`,
  }))
  return checkOf('I2', scopeOf(wallet), findings, '')
}

async function compareWallet(deps: ReconcileDeps, wallet: WatchedWallet, height: bigint): Promise<Check> {
  if (wallet.watchedFrom === null || wallet.watchedFrom > height) return cannotTell('I2', scopeOf(wallet), `${wallet.address} on ${wallet.chainId} is not watched up to block ${height} yet.`)
  const { balances, reason } = await balancesOf(deps, wallet, height)
  if (balances === null) return cannotTell('I2', scopeOf(wallet), `${reason}.`)
  if (wallet.openedHeight === null) {
    const refused = await openWallet(deps, wallet, height, balances)
    if (refused) return refused
  }
  let reading = await readingOf(deps, wallet, height, balances)
  const gaps = await bookGaps(deps, wallet, reading)
  if (gaps === 'too_early') return cannotTell('I2', scopeOf(wallet), `Blocks of ${wallet.chainId} were skipped, and those before them are not read a second time yet.`)
  if (gaps === 'booked') reading = await readingOf(deps, wallet, height, balances)
  const findings = compareBalances(reading)
  if (findings.length === 0) await keepCheckpoints(deps, wallet, reading)
  return checkOf('I2', scopeOf(wallet), findings, `${wallet.address} on ${wallet.chainId} holds after block ${height} exactly what the books say.`)
}

/** I2 of every wallet of a chain at `height`, up to which everything is booked. */
export async function reconcileBalances(deps: ReconcileDeps, chainId: string, height: bigint): Promise<readonly Check[]> {
  const checks: Check[] = []
  for (const wallet of await deps.store.watchedWallets(chainId)) {
    try {
      checks.push(await compareWallet(deps, wallet, height))
    }
    catch (error) {
      if (!(error instanceof DomainError)) throw error
      checks.push(cannotTell('I2', scopeOf(wallet), `${error.message}.`))
    }
  }
  return checks
}
