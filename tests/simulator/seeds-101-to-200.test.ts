import { it } from 'vitest'
import { expectSoundSeeds } from './run-seeds'

it('keeps every invariant over seeds 101 to 200 and meets every kind of fault and outcome', () => expectSoundSeeds(101, 200))
