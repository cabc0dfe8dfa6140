import { runTimeLimitMs } from '../domain/clearing/schedule'
import type { ChainDirectory, ChainReader, Clock, Ids, Logger, Metrics, PacketRelayer } from './ports'
import type { Store } from './store-ports'

export interface ClearingSettings {
  /** Most packets in one relayer run. */
  readonly largestBatch: number
  readonly runTimeLimitMs: (packets: number) => number
  /** How much longer than the run's time limit its lanes are leased. */
  readonly leaseMarginMs: number
  /** A chain without a block for this long has stopped; nothing is run towards it. */
  readonly haltedAfterMs: number
  /** How long after the deadline an unknown result is still asked for before a person is called. */
  readonly unknownPatienceMs: number
  /** How long after a run the index may take to show its txs. */
  readonly indexPatienceMs: number
  /** How long a run that changed everything it could may go on before it is ended. */
  readonly idleAfterDoneMs: number
}

export interface ClearingDeps {
  readonly store: Store
  readonly chains: ChainReader
  readonly directory: ChainDirectory
  readonly relayer: PacketRelayer
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
  /** Names this process in run rows. */
  readonly instanceId: string
  readonly settings: ClearingSettings
  /** Ends running relayer programs when the app closes. */
  readonly closing: AbortSignal
}

export const clearingSettings: ClearingSettings = {
  largestBatch: 30,
  runTimeLimitMs,
  leaseMarginMs: 30_000,
  haltedAfterMs: 60_000,
  unknownPatienceMs: 600_000,
  indexPatienceMs: 6_000,
  idleAfterDoneMs: 5_000,
}
