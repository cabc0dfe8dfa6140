import { parse } from 'smol-toml'
import type { SandboxAccounts } from '../accounts'
import { isAccountName } from '../accounts'
import type { ChainSpec } from '../chain/context'
import type { ChainSettings, FieldLimits } from './relay'
import { defaultLimits } from './relay'

const relayerKeyName = 'relayer'

export interface ConfiguredChain {
  readonly id: string
  readonly keyName: string
  readonly settings: ChainSettings | undefined
}

interface ChainTable {
  readonly id?: string
  readonly key_name?: string
  readonly rpc_addr?: string
  readonly max_gas?: number
  readonly max_msg_num?: number
  readonly gas_multiplier?: number
  readonly gas_price?: { readonly price?: number | string }
}

/** Reads the `[[chains]]` of a Hermes configuration. A key name that the sandbox has no account for has no settings. */
export function readConfig(text: string, accounts: SandboxAccounts): ConfiguredChain[] {
  const tables = (parse(text).chains ?? []) as readonly ChainTable[]
  return tables.map((table) => {
    const keyName = table.key_name ?? ''
    const settings = isAccountName(keyName)
      ? {
          key: accounts[keyName],
          rpcUrl: (table.rpc_addr ?? '').replace(/\/$/, ''),
          maxGas: table.max_gas ?? 400_000,
          gasPrice: decimalText(table.gas_price?.price ?? 0),
          gasMultiplier: table.gas_multiplier ?? 1.1,
          maxMessages: table.max_msg_num ?? 30,
        }
      : undefined
    return { id: table.id ?? '', keyName, settings }
  })
}

/** The limits of `[mode.packets]`, sizes in bytes. */
export function readLimits(text: string): FieldLimits {
  const { mode } = parse(text) as { mode?: { packets?: { ics20_max_memo_size?: { size: number }, ics20_max_receiver_size?: { size: number } } } }
  const packets = mode?.packets
  return { memoBytes: packets?.ics20_max_memo_size?.size ?? defaultLimits.memoBytes, receiverBytes: packets?.ics20_max_receiver_size?.size ?? defaultLimits.receiverBytes }
}

/** Numbers of TOML as plain decimals: 2e9 → 2000000000. */
function decimalText(price: number | string): string {
  const text = String(price)
  return /e/i.test(text) ? BigInt(Math.round(Number(text))).toString() : text
}

function chainTable(spec: ChainSpec, rpcUrl: string, keyFolder: string): string {
  return `
[[chains]]
id = '${spec.chainId}'
type = 'CosmosSdk'
rpc_addr = '${rpcUrl}'
grpc_addr = '${rpcUrl}'
event_source = { mode = 'push', url = '${rpcUrl.replace('http', 'ws')}/websocket', batch_delay = '50ms' }
rpc_timeout = '10s'
account_prefix = '${spec.bech32Prefix}'
key_name = '${relayerKeyName}'
key_store_type = 'Test'
key_store_folder = '${keyFolder}'
store_prefix = 'ibc'
default_gas = 200000
max_gas = 20000000
gas_price = { price = ${2 * Number(spec.gasPrice)}, denom = '${spec.feeDenom}' }
gas_multiplier = 1.3
max_msg_num = 30
max_tx_size = 180000
clock_drift = '10s'
max_block_time = '10s'
trusting_period = '10days'
trust_threshold = { numerator = '1', denominator = '3' }
address_type = { derivation = 'cosmos' }
`
}

/** A configuration in the real Hermes format. The stand-in finds its server at the host and port of `[rest]`. */
export function hermesConfig(chains: readonly { spec: ChainSpec, rpcUrl: string }[], restPort: number, keyFolder: string, limits: FieldLimits = defaultLimits): string {
  return `[global]
log_level = 'info'

[mode.clients]
enabled = true
refresh = true
misbehaviour = false

[mode.connections]
enabled = false

[mode.channels]
enabled = false

[mode.packets]
enabled = true
clear_interval = 0
clear_on_start = false
tx_confirmation = false
ics20_max_memo_size = { enabled = true, size = ${limits.memoBytes} }
ics20_max_receiver_size = { enabled = true, size = ${limits.receiverBytes} }

[rest]
enabled = true
host = '127.0.0.1'
port = ${restPort}

[telemetry]
enabled = false
host = '127.0.0.1'
port = 3001
${chains.map(({ spec, rpcUrl }) => chainTable(spec, rpcUrl, keyFolder)).join('')}`
}
