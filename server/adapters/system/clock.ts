import type { Clock } from '../../usecases/ports'

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() }
