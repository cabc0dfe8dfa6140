import { isSameReading } from './lies'
import type { World } from './world'

/** A row that some reading of a block gave. */
export interface Reading {
  readonly chainId: string
  readonly height: string
  readonly blockHash: string
  readonly codes: readonly number[]
  readonly confirmation: string
}

/** Tells rows that come from the chain's own blocks from those of a lie, and where such lies stand. */
export function sortReadings<Row extends Reading>(world: World, rows: readonly Row[]): { readonly truths: readonly Row[], readonly misread: ReadonlySet<string> } {
  const truths = rows.filter((row) => {
    const block = world.network.chain(row.chainId).blocks[Number(row.height) - 1]
    return block !== undefined && isSameReading(row, block)
  })
  const misread = new Set(rows.filter(row => !truths.includes(row)).map(row => `${row.chainId}/${row.height}`))
  if (misread.size > 0) world.count('lie recorded')
  return { truths, misread }
}

/** Hidden until the second reading has passed it, or in the place of a lie that is not refuted yet. */
export function mayBeMissing(world: World, place: { readonly chainId: string, readonly height: bigint }, misread: ReadonlySet<string>): boolean {
  if (misread.has(`${place.chainId}/${place.height}`)) return true
  return world.isHidden(place.chainId, place.height) && (world.checked.audits.get(place.chainId) ?? -1n) < place.height
}
