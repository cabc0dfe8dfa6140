import type { PaymentConfirmation, WalletRole } from '../../shared/types/clearing'
import type { Coin } from '../../shared/utils/coin'
import type { InboundTransfer } from '../domain/payment/inbound'

/** A wallet of ours; remembered for ever, for a key that is replaced still has a past. */
export interface WatchedWallet {
  readonly chainId: string
  readonly address: string
  readonly role: WalletRole
  /** Its movements are in the books after this height; null until a scanner has begun. */
  readonly watchedFrom: bigint | null
  /** At this height its balances were booked as the owner's capital; null until then. */
  readonly openedHeight: bigint | null
}

/** What one reading of a block said, and who stands behind it. */
export interface BlockSource {
  /** Upper-case hex. */
  readonly blockHash: string
  readonly codes: readonly number[]
  /** Host that showed it. */
  readonly endpoint: string
  readonly confirmation: PaymentConfirmation
  /** What of ours only its events told, kept while a second endpoint must say the same; null: nothing is to be compared. */
  readonly toldByEvents: string | null
}

/** A reading of a block that waits for a second endpoint's word. */
export interface WaitingBlock extends Omit<BlockSource, 'confirmation'> {
  readonly height: bigint
}

/** A row that was deleted because its block is none of the chain's, as it was. */
export interface RefutedRow {
  readonly kind: 'payment' | 'outgoing' | 'funding'
  /** Of the payment; null for the others, which have none. */
  readonly id: string | null
  readonly memo: string
  readonly from: string | null
  readonly to: string | null
  /** As in a coins text: `5uatom,7uosmo`. */
  readonly coins: string
  readonly txHash: string | null
  /** txIndex/msgIndex. */
  readonly place: string
}

export type OpeningAnswer
  = | { readonly state: 'opened', readonly opening: readonly Coin[] }
    | { readonly state: 'open_already', readonly openedHeight: bigint }
    /** No scanner watches it yet, or only from a later height on. */
    | { readonly state: 'not_watched' }
    /** More left it, as the books say, than it can have held: nothing was booked. */
    | { readonly state: 'impossible', readonly opening: readonly Coin[] }

/** The ledger's part of a transaction. */
export interface LedgerTransaction {
  /** Names `fromHeight` as the beginning of those of `addresses` that have none, and returns every wallet of the chain. */
  beginWatching(chainId: string, addresses: readonly string[], fromHeight: bigint): Promise<readonly WatchedWallet[]>
  /** Says of everything one reading of a block gave, and that is in no book yet, who vouches for it. */
  setConfirmation(chainId: string, reading: Omit<WaitingBlock, 'endpoint'>, confirmation: PaymentConfirmation): Promise<void>
  /** Deletes what one reading gave and is in no book yet. Returns what it had said. */
  removeRefuted(chainId: string, reading: Omit<WaitingBlock, 'endpoint'>): Promise<readonly RefutedRow[]>
  /** What reached a relayer wallet; inserts what is new by key, in no book yet. */
  insertFunding(rows: readonly InboundTransfer[], source: BlockSource): Promise<void>
  /** Books what reached relayer wallets and is vouched for as the owner's capital. */
  bookFunding(chainId: string, now: Date): Promise<void>
  /**
   * Books what a wallet held before it was watched, as the owner's capital: `balances` after block `height` less its legs
   * up to there. Once per wallet. Everything up to `height` must be in the books (bookedUpTo).
   */
  bookOpening(wallet: Pick<WatchedWallet, 'chainId' | 'address'>, height: bigint, balances: readonly Coin[], now: Date): Promise<OpeningAnswer>
}

export interface LedgerReads {
  /** Readings of blocks whose rows are in no book yet because they need a second endpoint, lowest height first. */
  heightsAwaitingSecond(chainId: string): Promise<readonly WaitingBlock[]>
  /** Every wallet of ours there ever was, on one chain or on all. */
  watchedWallets(chainId?: string): Promise<readonly WatchedWallet[]>
  /** Remembers wallets; what is known already stays as it is. */
  watchWallets(wallets: readonly Pick<WatchedWallet, 'chainId' | 'address' | 'role'>[], now: Date): Promise<void>
  /** Sum of an account's legs per denom, of blocks up to and including `upToHeight`; denoms that sum to 0 are left out. */
  walletLegs(chainId: string, account: string, upToHeight: bigint): Promise<readonly Coin[]>
  /** Highest block up to which everything that moved our coins is in the books; null: the chain was never scanned. */
  bookedUpTo(chainId: string): Promise<bigint | null>
}
