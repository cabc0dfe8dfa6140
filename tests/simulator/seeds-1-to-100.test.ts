import { randomBytes } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import { createSimulatorDatabase } from './database'
import { expectSoundSeeds } from './run-seeds'
import { simulate } from './simulate'

it('keeps every invariant over seeds 1 to 100 and meets every kind of fault and outcome', () => expectSoundSeeds(1, 100, ['refund not_cleared']))

it('does the same again when a seed is run again', async () => {
  const database = await createSimulatorDatabase(inject('postgresUrl'), `simulator_${randomBytes(6).toString('hex')}`)
  try {
    for (const seed of [1, 7, 42]) {
      const first = await simulate(seed, database)
      const second = await simulate(seed, database)
      expect(second.digest).toBe(first.digest)
    }
  }
  finally {
    await database.drop()
  }
})
