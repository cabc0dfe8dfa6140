import type { Movement } from '../domain/reconciliation/compare-movements'

export interface RebuiltRange {
  readonly chainId: string
  readonly from: bigint
  readonly to: bigint
}

/** What an account gained in the entry sets of a range's blocks, by the chain read anew and by the books. */
export interface RebuiltTotal {
  readonly account: string
  readonly denom: string
  readonly chain: bigint
  readonly books: bigint
}

/** A payment that the chain read anew puts elsewhere than the books do; in words. */
export interface RebuiltPlacement {
  readonly paymentId: string
  readonly sentence: string
}

/** The scratch copy of the tables, and the questions that compare it with the books. */
export interface RebuildStore {
  /**
   * Copies what a chain cannot tell: wallets, what was sent back by which refund, and tokens with their operations as they
   * were when they were issued. `since`: only those issued from then on; null: all.
   */
  begin(chainId: string, since: Date | null): Promise<void>
  /** Lets the scratch cursor pass heights that an admin let the real one pass. */
  pass(chainId: string, height: bigint): Promise<void>
  rebuiltMovements(range: RebuiltRange): Promise<readonly Movement[]>
  keptMovements(range: RebuiltRange): Promise<readonly Movement[]>
  totals(range: RebuiltRange): Promise<readonly RebuiltTotal[]>
  /** Leaves out what a person decided, and what belongs to operations that were not copied. */
  placements(range: RebuiltRange): Promise<readonly RebuiltPlacement[]>
}
