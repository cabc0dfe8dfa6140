import { readFile } from 'node:fs/promises'
import type { RelayerKey, RelayerReadiness } from '../../usecases/ports'
import { configurationProblems, leastBalance, readHermesConfiguration, type HermesConfiguration } from './configuration'
import { readKeyList } from './keys'
import { readVersion, versionProblem } from './version'
import { runGuarded } from './watchdog'

const probeLimitMs = 10_000
const probeOutputLimit = 262_144
const restLimitMs = 3_000

export interface HermesOptions {
  /** All of the environment that it gets. */
  readonly environment: Readonly<Record<string, string>>
  /** Name on the PATH or path of the hermes executable. */
  readonly binary: string
  readonly configPath: string
  /** Its REST service, for "is it alive" only; null: none. */
  readonly restUrl: string | null
  /** Wallets that customers pay to. Hermes must not sign for one of them: refunds and relaying would take each other's sequences. Absent: none. */
  readonly serviceAddresses?: ReadonlySet<string>
}

export interface HermesProbe {
  readonly readiness: RelayerReadiness
  /** null: unreadable. */
  readonly configuration: HermesConfiguration | null
}

async function ask(options: HermesOptions, args: readonly string[]): Promise<{ readonly started: boolean, readonly ok: boolean, readonly output: string }> {
  let output = ''
  const keep = (text: string) => {
    if (output.length < probeOutputLimit) output += text.slice(0, probeOutputLimit - output.length)
  }
  const ending = await runGuarded({ program: options.binary, args, environment: options.environment, timeLimitMs: probeLimitMs, signal: new AbortController().signal, onOutput: keep, onErrorOutput: () => {} })
  return { started: ending.how !== 'not_started', ok: ending.how === 'exited' && ending.exitCode === 0, output }
}

async function restAlive(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('version', url.endsWith('/') ? url : `${url}/`), { signal: AbortSignal.timeout(restLimitMs), redirect: 'error' })
    await response.body?.cancel()
    return response.ok
  }
  catch {
    return false // any failure to answer means the same here
  }
}

export async function readConfiguration(path: string): Promise<{ readonly configuration: HermesConfiguration | null, readonly problems: readonly string[] }> {
  try {
    const configuration = readHermesConfiguration(await readFile(path, 'utf8'))
    return { configuration, problems: configurationProblems(configuration) }
  }
  catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    return { configuration: null, problems: [`the Hermes configuration cannot be read (HERMES_CONFIG_PATH): ${reason}`] }
  }
}

async function readVersionOf(options: HermesOptions) {
  const answer = await ask(options, ['--version'])
  const version = readVersion(answer.output)
  if (version !== null) return { version, problem: versionProblem(version) }
  const text = answer.started ? 'the program named by HERMES_BINARY does not tell its version: is it Hermes?' : 'Hermes cannot be started: install it, or set HERMES_BINARY to its path'
  return { version, problem: { broken: true, text } }
}

async function readKeys(options: HermesOptions, configuration: HermesConfiguration): Promise<{ keys: RelayerKey[], problems: string[] }> {
  const perChain = await Promise.all(configuration.chains.map(async (chain) => {
    const { chainId, keyName } = chain
    if (keyName === null) return { problem: `${chainId} has no key_name in the Hermes configuration` }
    if (chainId.startsWith('-')) return { problem: `${chainId} is not a chain id` }
    const listing = await ask(options, ['--config', options.configPath, 'keys', 'list', '--chain', chainId])
    const address = readKeyList(listing.output).get(keyName)
    if (address && options.serviceAddresses?.has(address)) return { problem: `Hermes' key '${keyName}' for ${chainId} is the service wallet ${address}: give it a key of its own` }
    return address ? { key: { chainId, address, keyName, mustHold: leastBalance(chain) } } : { problem: `Hermes has no key '${keyName}' for ${chainId}: add it with hermes keys add --chain ${chainId} --key-name ${keyName}` }
  }))
  return { keys: perChain.flatMap(each => each.key ? [each.key] : []), problems: perChain.flatMap(each => each.problem ? [each.problem] : []) }
}

/** Asks the program, its configuration and its key store. Never rejects. */
export async function probeHermes(options: HermesOptions): Promise<HermesProbe> {
  const [version, { configuration, problems }, alive] = await Promise.all([
    readVersionOf(options),
    readConfiguration(options.configPath),
    options.restUrl === null ? null : restAlive(options.restUrl),
  ])
  const listed = configuration && version.version !== null ? await readKeys(options, configuration) : { keys: [], problems: [] }
  return {
    configuration,
    readiness: {
      ready: version.version !== null && !version.problem?.broken && configuration !== null && problems.length === 0 && listed.keys.length > 0,
      version: version.version,
      problems: [...version.problem ? [version.problem.text] : [], ...problems, ...listed.problems],
      keys: listed.keys,
      restAlive: alive,
    },
  }
}
