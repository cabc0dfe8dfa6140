import { performance } from 'node:perf_hooks'
import type { PacketRelayer, RelayReport, RelayRun } from '../../usecases/ports'
import { runArguments } from './arguments'
import { routeConfigurationProblems, routeTerms } from './configuration'
import { readHermesOutput } from './output'
import { probeHermes, readConfiguration, type HermesOptions, type HermesProbe } from './readiness'
import { runGuarded, type GuardedEnding } from './watchdog'

/** A good answer this old is asked again beside the caller, who still gets it; a bad one only after `retryMs`. */
const refreshMs = 15_000
const staleMs = 300_000
const retryMs = 3_000
const errorOutputLimit = 2_000

function makeProbeCache(probe: () => Promise<HermesProbe>): () => Promise<HermesProbe> {
  let kept: { readonly value: HermesProbe, readonly at: number } | null = null
  let running: Promise<HermesProbe> | null = null
  const refresh = () => running ??= probe()
    .then((value) => {
      kept = { value, at: performance.now() }
      return value
    })
    .finally(() => {
      running = null
    })
  return () => {
    if (!kept) return refresh()
    const age = performance.now() - kept.at
    if (!kept.value.readiness.ready) return age < retryMs ? Promise.resolve(kept.value) : refresh()
    if (age > staleMs) return refresh()
    if (age > refreshMs) void refresh()
    return Promise.resolve(kept.value)
  }
}

function endingName(ending: GuardedEnding): RelayReport['ending'] {
  if (ending.how === 'exited') return ending.exitCode === 0 ? 'exit_0' : 'exit_error'
  return ending.how
}

async function runHermes(options: HermesOptions, run: RelayRun): Promise<RelayReport> {
  const output = readHermesOutput()
  let errorOutput = ''
  const ending = await runGuarded({
    program: options.binary, args: runArguments(options.configPath, run), environment: options.environment, timeLimitMs: run.timeLimitMs, signal: run.signal,
    onOutput: output.push,
    onErrorOutput: (text) => {
      errorOutput = (errorOutput + text).slice(-errorOutputLimit)
    },
  })
  const { statusLine, errors } = output.end()
  const lastWords = errorOutput.trim()
  return { ending: endingName(ending), exitCode: ending.exitCode, statusLine, errors: lastWords && errors.length === 0 ? [lastWords] : errors, durationMs: ending.durationMs }
}

/** The Hermes command line as PacketRelayer. */
export function makeHermesRelayer(options: HermesOptions): PacketRelayer {
  const probe = makeProbeCache(() => probeHermes(options))
  return {
    readiness: async () => (await probe()).readiness,

    async routeProblems(source, destination) {
      const { configuration, readiness } = await probe()
      if (!configuration) return readiness.problems
      const keyless = [source, destination].filter(end => !readiness.keys.some(key => key.chainId === end.chainId))
      const problems = routeConfigurationProblems(configuration, source, destination)
      return problems.length > 0 ? problems : keyless.map(end => `Hermes has no key for ${end.chainId}`)
    },

    async terms(source, destination) {
      const { configuration } = await readConfiguration(options.configPath)
      return configuration && routeTerms(configuration, source, destination)
    },

    async run(run) {
      try {
        return await runHermes(options, run)
      }
      catch (cause) {
        // Only arguments that must never reach a command line end here.
        return { ending: 'not_started', exitCode: null, statusLine: null, errors: [cause instanceof Error ? cause.message : String(cause)], durationMs: 0 }
      }
    },
  }
}
