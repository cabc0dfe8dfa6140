/** Blocks from `fromHeight` to `toHeight` that an admin let the scanner pass unread. */
export interface HeightRange {
  readonly fromHeight: bigint
  readonly toHeight: bigint
}

/** Whether the scanner was let pass the block of this height. */
export const isSkipped = (gaps: readonly HeightRange[], height: bigint): boolean => gaps.some(({ fromHeight, toHeight }) => fromHeight <= height && height <= toHeight)
