import { z } from 'zod'
import * as read from './config-parsers'
import type { ConversionRate } from './domain/pricing/conversion'
import type { AmountSetting } from './domain/pricing/amount-setting'
import type { Ratio } from './domain/pricing/decimal'
import type { ChainEndpoints } from '../shared/utils/endpoint-list'
import type { RateLimitName, RateLimitSetting, RefundDenomSetting, ServiceWalletSetting } from './config-parsers'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Everything the operator decides. Durations in ms where the name says so, amounts in base units. */
export interface AppConfig {
  readonly logLevel: LogLevel
  /** Origin that people type, and the domain that a sign-in text names; never taken from a request. */
  readonly publicUrl: string
  /** Proxies in front of us whose X-Forwarded-For entries count. */
  readonly trustedProxies: number
  /** `url` null: the bundled PostgreSQL under `folder`. */
  readonly database: { readonly url: string | null, readonly folder: string }
  /** null: caches live in memory, and PostgreSQL counts the rate limits. */
  readonly redisUrl: string | null
  /** Source of every keyed hash; see adapters/system/secrets. */
  readonly tokenSecret: string
  readonly chains: { readonly endpoints: readonly ChainEndpoints[], readonly file: string | null, readonly stuckAfterMs: number }
  readonly wallets: readonly ServiceWalletSetting[]
  /** Keys of the service wallets; both null: refunds are sent by hand. Never logged. */
  readonly walletKeys: { readonly mnemonic: string | null, readonly keyFile: string | null }
  readonly fees: { readonly service: AmountSetting, readonly perPacket: AmountSetting, readonly gasMargin: Ratio, readonly conversionRates: readonly ConversionRate[] }
  readonly token: { readonly ttlMs: number, readonly graceMs: number }
  readonly payment: { readonly confirmationBlocks: number, readonly quorumAmount: AmountSetting }
  /** `runLimitMs`: after how long a relayer run is ended, before its packets are counted in. */
  readonly clearing: { readonly deadlineMs: number, readonly runLimitMs: number }
  /** `approvalAbove` null: no refund waits for an admin. `feeLimit` null: a multiple of each chain's floor. */
  readonly refunds: { readonly minimum: AmountSetting, readonly approvalAbove: AmountSetting | null, readonly feeLimit: AmountSetting | null, readonly denoms: readonly RefundDenomSetting[] }
  /** How long after one reconciliation the next one starts. */
  readonly reconcileEveryMs: number
  readonly hermes: { readonly binary: string, readonly configPath: string, readonly restUrl: string | null, readonly environment: Readonly<Record<string, string>> }
  readonly adminAddresses: readonly string[]
  readonly operatorAddresses: readonly string[]
  /** Wallets of exchanges: refunds there wait for an admin. */
  readonly exchangeAddresses: readonly string[]
  readonly quotas: { readonly openTokensPerIp: number, readonly openTokensPerWallet: number }
  readonly rateLimits: Readonly<Record<RateLimitName, RateLimitSetting>>
}

const defaultRateLimits: Record<RateLimitName, RateLimitSetting> = {
  reads: { points: 600, seconds: 60 },
  quotes: { points: 60, seconds: 60 },
  tokens: { points: 20, seconds: 60 },
  sign_in: { points: 20, seconds: 60 },
  broadcast: { points: 20, seconds: 60 },
  verify: { points: 60, seconds: 60 },
}

/** One entry per variable; a default stands beside it, and without one the variable is required or may be absent. */
const environment = {
  CLEARING_SERVICE_FEE: read.amountSetting,
  CLEARING_PER_PACKET_FEE: read.amountSetting,
  CLEARING_TOKEN_TTL: read.whole(30, 86_400).default(300),
  CLEARING_TOKEN_GRACE: read.whole(0, 86_400).default(600),
  CLEARING_DEADLINE: read.whole(60, 604_800).default(1_800),
  RELAY_RUN_TIME_LIMIT: read.whole(5, 3_600).default(90),
  CLEARING_TOKEN_SECRET: read.text.min(32, 'must have at least 32 characters; make one with: openssl rand -base64 48'),
  GAS_CONVERSION_RATES: read.conversionRates.default([]),
  GAS_MARGIN: read.gasMargin.default({ numerator: 13n, denominator: 10n }),
  PAYMENT_CONFIRMATION_BLOCKS: read.whole(1, 100).default(1),
  PAYMENT_QUORUM_AMOUNT: read.amountSetting.default({ kind: 'bare', amount: 0n }),
  SERVICE_WALLET_ADDRESS: read.serviceWallets,
  SERVICE_WALLET_MNEMONIC: read.mnemonic.optional(),
  SERVICE_WALLET_KEY_FILE: read.text.optional(),
  OPERATOR_ADDRESSES: read.addresses.default([]),
  EXCHANGE_ADDRESSES: read.addresses.default([]),
  ADMIN_ADDRESSES: read.addresses.default([]),
  REFUND_MINIMUM: read.amountSetting.default({ kind: 'bare', amount: 0n }),
  REFUND_APPROVAL_ABOVE: read.amountSetting.optional(),
  REFUND_FEE_LIMIT: read.amountSetting.optional(),
  REFUND_DENOMS: read.refundDenoms.default([]),
  RECONCILE_EVERY_SECONDS: read.whole(10, 86_400).default(300),
  HERMES_BINARY: read.text.default('hermes'),
  HERMES_CONFIG_PATH: read.text,
  HERMES_REST_API_URL: read.httpUrl.optional(),
  CHAIN_RPC_ENDPOINTS: read.endpoints,
  CHAINS_FILE: read.text.optional(),
  STUCK_AFTER_SECONDS: read.whole(0, 86_400).default(300),
  DATABASE_URL: read.urlOf('postgres', 'postgresql').optional(),
  DATA_DIR: read.text.default('.data'),
  REDIS_URL: read.urlOf('redis', 'rediss').optional(),
  PORT: read.whole(1, 65_535).default(3000),
  PUBLIC_URL: read.origin.optional(),
  TRUST_PROXY: read.whole(0, 10).default(0),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent').default('info'),
  OPEN_TOKENS_PER_IP: read.whole(1, 10_000).default(20),
  OPEN_TOKENS_PER_WALLET: read.whole(1, 10_000).default(20),
  RATE_LIMITS: read.rateLimits.default([]),
} as const

type Environment = { -readonly [Key in keyof typeof environment]: z.output<typeof environment[Key]> }

/** Names of all variables, as .env.example documents them. */
export const configKeys: readonly string[] = Object.keys(environment)

/** Bad configuration: every problem at once, each starting with the variable's name. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the configuration:\n${problems.map(line => `  - ${line}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_type' ? 'is missing' : issue.message
}

function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(environment)) {
    // An empty variable is how compose files and shells write "not set".
    const raw = env[name]?.trim()
    const parsed = schema.safeParse(raw === '' ? undefined : raw)
    if (parsed.success) values[name] = parsed.data
    else problems.push(...parsed.error.issues.map(issue => `${name} ${messageOf(issue)}`))
  }
  if (values.SERVICE_WALLET_MNEMONIC && values.SERVICE_WALLET_KEY_FILE) problems.push('SERVICE_WALLET_MNEMONIC and SERVICE_WALLET_KEY_FILE are both set: keep one')
  if (problems.length > 0) throw new ConfigError(problems)
  return values as Environment
}

/** Hermes talks to the network, and what is secret to us is no business of it: it gets these, and nothing else. */
const passedOnNames = [
  'PATH', 'HOME', 'USER', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'RUST_LOG', 'RUST_BACKTRACE', 'SSL_CERT_FILE', 'SSL_CERT_DIR',
  'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy',
]

function passedOn(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(passedOnNames.flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value]]
  }))
}

/**
 * Reads the environment (defaults to process.env); the only place that does.
 * Throws ConfigError with every problem found. What needs the chains' facts is checked by checkAgainstChains.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): AppConfig {
  const value = readEnvironment(env)
  return {
    logLevel: value.LOG_LEVEL,
    publicUrl: value.PUBLIC_URL ?? `http://localhost:${value.PORT}`,
    trustedProxies: value.TRUST_PROXY,
    database: { url: value.DATABASE_URL ?? null, folder: value.DATA_DIR },
    redisUrl: value.REDIS_URL ?? null,
    tokenSecret: value.CLEARING_TOKEN_SECRET,
    chains: { endpoints: value.CHAIN_RPC_ENDPOINTS, file: value.CHAINS_FILE ?? null, stuckAfterMs: value.STUCK_AFTER_SECONDS * 1000 },
    wallets: value.SERVICE_WALLET_ADDRESS,
    walletKeys: { mnemonic: value.SERVICE_WALLET_MNEMONIC ?? null, keyFile: value.SERVICE_WALLET_KEY_FILE ?? null },
    fees: { service: value.CLEARING_SERVICE_FEE, perPacket: value.CLEARING_PER_PACKET_FEE, gasMargin: value.GAS_MARGIN, conversionRates: value.GAS_CONVERSION_RATES },
    token: { ttlMs: value.CLEARING_TOKEN_TTL * 1000, graceMs: value.CLEARING_TOKEN_GRACE * 1000 },
    payment: { confirmationBlocks: value.PAYMENT_CONFIRMATION_BLOCKS, quorumAmount: value.PAYMENT_QUORUM_AMOUNT },
    clearing: { deadlineMs: value.CLEARING_DEADLINE * 1000, runLimitMs: value.RELAY_RUN_TIME_LIMIT * 1000 },
    refunds: { minimum: value.REFUND_MINIMUM, approvalAbove: value.REFUND_APPROVAL_ABOVE ?? null, feeLimit: value.REFUND_FEE_LIMIT ?? null, denoms: value.REFUND_DENOMS },
    reconcileEveryMs: value.RECONCILE_EVERY_SECONDS * 1000,
    hermes: { binary: value.HERMES_BINARY, configPath: value.HERMES_CONFIG_PATH, restUrl: value.HERMES_REST_API_URL ?? null, environment: passedOn(env) },
    adminAddresses: value.ADMIN_ADDRESSES,
    operatorAddresses: value.OPERATOR_ADDRESSES,
    exchangeAddresses: value.EXCHANGE_ADDRESSES,
    quotas: { openTokensPerIp: value.OPEN_TOKENS_PER_IP, openTokensPerWallet: value.OPEN_TOKENS_PER_WALLET },
    rateLimits: { ...defaultRateLimits, ...Object.fromEntries(value.RATE_LIMITS) },
  }
}
