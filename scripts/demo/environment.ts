import { randomBytes } from 'node:crypto'
import type { Sandbox } from '../../sandbox/start'

export interface DemoOptions {
  readonly port: number
  /** Folder of the app's own database. */
  readonly dataDir: string
}

/** May be shortened from outside, so that a deadline can be waited for. */
const times = ['CLEARING_TOKEN_TTL', 'CLEARING_TOKEN_GRACE', 'CLEARING_DEADLINE'] as const

/** One unit of the fee denom in base units, times `thousandths` / 1000. */
const units = (exponent: number, thousandths: bigint) => (10n ** BigInt(exponent) * thousandths / 1000n).toString()

/** What an operator would write into .env for the sandbox's chains, relayer and wallets. */
export function sandboxEnvironment(sandbox: Omit<Sandbox, 'stop'>, { port, dataDir }: DemoOptions): Record<string, string> {
  const perChain = (value: (chain: Sandbox['chains'][number]) => string) => sandbox.chains.map(value).join(',')
  // The sandbox's coins are worth the same, one for one, in display units.
  const byExponent = [...sandbox.chains].sort((a, b) => a.exponent - b.exponent)
  const rates = byExponent.flatMap((from, index) => byExponent.slice(index + 1).map(to => `${from.feeDenom}/${to.feeDenom}=1${'0'.repeat(to.exponent - from.exponent)}`))
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
    DATA_DIR: dataDir,
    CHAINS_FILE: sandbox.chainsFile,
    CHAIN_RPC_ENDPOINTS: sandbox.chains.flatMap(chain => chain.rpcUrls.map(url => `${chain.chainId}:${url}`)).join(','),
    SERVICE_WALLET_ADDRESS: perChain(chain => sandbox.accounts.service.addresses[chain.chainId]!),
    SERVICE_WALLET_MNEMONIC: sandbox.accounts.service.mnemonic,
    ADMIN_ADDRESSES: perChain(chain => sandbox.accounts.admin.addresses[chain.chainId]!),
    CLEARING_SERVICE_FEE: perChain(chain => `${units(chain.exponent, 1000n)}${chain.feeDenom}`),
    CLEARING_PER_PACKET_FEE: perChain(chain => `${units(chain.exponent, 100n)}${chain.feeDenom}`),
    CLEARING_TOKEN_SECRET: randomBytes(48).toString('base64'),
    GAS_CONVERSION_RATES: rates.join(','),
    HERMES_BINARY: sandbox.hermes.binary,
    HERMES_CONFIG_PATH: sandbox.hermes.configPath,
    HERMES_REST_API_URL: sandbox.hermes.restUrl,
    STUCK_AFTER_SECONDS: process.env.STUCK_AFTER_SECONDS ?? '60',
    ...Object.fromEntries(times.flatMap(name => process.env[name] ? [[name, process.env[name]]] : [])),
    LOG_LEVEL: 'info',
    NUXT_PUBLIC_WALLET_SCRIPT: `${sandbox.controlUrl}/wallet.js`,
  }
}
