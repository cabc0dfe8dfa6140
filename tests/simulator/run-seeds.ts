import { randomBytes } from 'node:crypto'
import { expect, inject } from 'vitest'
import { createSimulatorDatabase } from './database'
import { simulate } from './simulate'
import { addTally, mustOccur } from './tally'

/** Runs seeds `from` … `to`; the first violation fails the test with the line that replays it. `rare`: what only these seeds must meet. */
export async function expectSoundSeeds(from: number, to: number, rare: readonly string[] = []): Promise<void> {
  const database = await createSimulatorDatabase(inject('postgresUrl'), `simulator_${randomBytes(6).toString('hex')}`)
  const tally = new Map<string, number>()
  try {
    for (let seed = from; seed <= to; seed += 1) addTally(tally, (await simulate(seed, database)).tally)
  }
  finally {
    await database.drop()
  }
  expect([...mustOccur, ...rare].filter(what => !tally.has(what)), 'never met by these seeds').toEqual([])
}
