import type { Check, CheckResult, Finding, Invariant } from '../domain/reconciliation/check'
import type { Checkpoint } from '../domain/reconciliation/compare-balances'
import type { Movement } from '../domain/reconciliation/compare-movements'
import type { Coin } from '../../shared/utils/coin'
import type { WatchedWallet } from './ledger-ports'

/** `schedule`: the workers' loop. `demand`: a person or a script asked. */
export type ReconciliationCause = 'schedule' | 'demand'

export interface ReconciliationRun {
  readonly id: string
  /** null: what the rows tell, of every chain. */
  readonly chainId: string | null
  readonly cause: ReconciliationCause
  readonly startedAt: Date
  readonly finishedAt: Date
  /** Up to which block wallets and books were compared; null: they could not be. */
  readonly height: bigint | null
  readonly result: CheckResult
  readonly checks: readonly Check[]
}

export interface OpenFinding {
  readonly chainId: string | null
  readonly invariant: Invariant
  readonly subject: string
  readonly sentence: string
}

export interface ScanGapRow {
  readonly fromHeight: bigint
  readonly toHeight: bigint
  readonly reason: string
}

/** Bounds of what only time makes wrong, in seconds. */
export interface OverdueBounds {
  readonly afterDeadline: number
  readonly longestLease: number
  readonly afterLapsedRun: number
}

/** What a run of the newest reconciliation said. */
export interface NewestReconciliation {
  readonly finishedAt: Date
  /** Worst of its runs. */
  readonly result: CheckResult
  readonly openFindings: number
}

/** The reconciler's rows, and its questions to all others. */
export interface ReconciliationStore {
  /** Holds the one place of the reconciler over all instances while `work` runs; null without a call when it is taken. */
  exclusively<T>(work: () => Promise<T>): Promise<T | null>
  /** When the newest complete reconciliation ended; null: never. */
  lastFinishedAt(): Promise<Date | null>
  /** null: never run. */
  newest(): Promise<NewestReconciliation | null>
  /** Everything wrong that rows alone tell, of every chain, from one snapshot. */
  brokenRows(bounds: OverdueBounds): Promise<readonly Finding[]>
  /** Latest of each denom at a height below `height`. */
  checkpointsBelow(wallet: Pick<WatchedWallet, 'chainId' | 'address'>, height: bigint): Promise<readonly Checkpoint[]>
  /** Keeps balances that the books agreed with. */
  saveCheckpoints(wallet: Pick<WatchedWallet, 'chainId' | 'address'>, height: bigint, balances: readonly Coin[], now: Date): Promise<void>
  /** Payments, funding and outgoing transactions of these blocks that somebody vouches for or that stand in the books. */
  movementsBetween(chainId: string, fromHeight: bigint, toHeight: bigint): Promise<readonly Movement[]>
  scanGaps(chainId: string): Promise<readonly ScanGapRow[]>
  /**
   * Books what a wallet gained or lost in a gap that an admin let the scanner skip, by what it `held` after it: what came is
   * nobody's yet, what left is unexplained. False: the books say the same already.
   */
  bookGap(wallet: WatchedWallet, gap: ScanGapRow, held: { readonly height: bigint, readonly balances: readonly Coin[] }, now: Date): Promise<boolean>
  openFindings(chainId: string): Promise<readonly OpenFinding[]>
  /** Writes the run, opens and refreshes its findings, and closes those that it looked at and did not find. Returns what it opened and closed. */
  saveRun(run: ReconciliationRun): Promise<{ readonly opened: readonly OpenFinding[], readonly closed: readonly OpenFinding[] }>
  /** Why nothing may be paid out on a chain, from open findings of whichever instance; null: nothing is in the way. */
  payoutStop(chainId: string): Promise<string | null>
}
