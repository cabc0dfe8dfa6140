import type { Logger, Metrics } from '../../server/usecases/ports'

/** Ports of observers, for tests that are about something else. */
export const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
export const uncounted: Metrics = { requestCounted: () => {}, stageObserved: () => {}, relayerRunFinished: () => {} }
