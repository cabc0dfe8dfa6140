import { beforeAll, describe, it } from 'vitest'
import { boundaries } from './matrix/boundaries'
import { nameOf, playCell, uncrashedRun, type Cell } from './matrix/cell'

const cells = ([1, 4] as const).flatMap(instances => boundaries.flatMap(boundary => (['before', 'after'] as const).map((moment): Cell => ({ boundary, moment, instances }))))

/** `MATRIX_PART=2/9`: every ninth cell, from the second on. */
const [part = 1, parts = 1] = (process.env.MATRIX_PART ?? '').split('/').filter(Boolean).map(Number)

let uncrashed: Awaited<ReturnType<typeof uncrashedRun>>
beforeAll(async () => {
  uncrashed = await uncrashedRun()
})

describe('kill -9 at every durable boundary: nothing is lost, nothing doubled', () => {
  for (const cell of cells.filter((_, index) => index % parts === part - 1)) it.concurrent(nameOf(cell), () => playCell(cell, uncrashed))
})
