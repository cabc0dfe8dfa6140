import { beforeAll, describe, expect, it } from 'vitest'
import { boundaries } from './matrix/boundaries'
import { nameOf, playCell, uncrashedRun, type Cell } from './matrix/cell'

/** One boundary of each kind, a payment's life long; `npm run test:matrix` plays them all. */
const sample: readonly (readonly [string, Cell['moment'], Cell['instances']])[] = [
  ['token insert', 'after', 1], ['match', 'before', 4], ['refund plan', 'after', 1], ['inbound row + match + ledger + refund plan', 'before', 1],
  ['inbound row + match + ledger + refund plan', 'after', 4], ['operation claim, run', 'after', 1], ['Hermes spawn', 'after', 4], ['receive seen: COMMIT', 'before', 1],
  ['evidence + outcome', 'before', 4], ['evidence + outcome', 'after', 1], ['sign', 'before', 1], ['persist of the signed bytes: COMMIT', 'after', 1],
  ['first broadcast', 'after', 4], ['first broadcast', 'before', 1], ['confirm + ledger', 'before', 1], ['confirm + ledger', 'after', 4],
]

const cells = sample.map(([start, moment, instances]): Cell => {
  const boundary = boundaries.find(({ name }) => name.startsWith(start))
  if (!boundary) throw new Error(`no boundary ${start}`)
  return { boundary, moment, instances }
})

let uncrashed: Awaited<ReturnType<typeof uncrashedRun>>
beforeAll(async () => {
  uncrashed = await uncrashedRun()
})

describe('kill -9 at durable boundaries: nothing is lost, nothing doubled', () => {
  it('takes sixteen different cells', () => {
    expect(new Set(cells.map(nameOf)).size).toBe(16)
  })
  for (const cell of cells) it.concurrent(nameOf(cell), () => playCell(cell, uncrashed), 240_000)
})
