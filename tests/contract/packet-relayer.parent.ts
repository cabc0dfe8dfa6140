import { makeHermesRelayer } from '../../server/adapters/hermes/relayer'
import type { HermesOptions } from '../../server/adapters/hermes/readiness'
import type { RelayRun, Sequences } from '../../server/usecases/ports'

// A parent to be killed while its relayer runs.
const { options, run, sequences } = JSON.parse(process.argv[2]!) as { options: HermesOptions, run: Omit<RelayRun, 'signal' | 'sequences'>, sequences: string[] }
void makeHermesRelayer(options).run({ ...run, sequences: sequences.map(BigInt) as unknown as Sequences, signal: new AbortController().signal })
