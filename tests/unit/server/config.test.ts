import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ConfigError, configKeys, readConfig } from '../../../server/config'
import { goodEnvironment } from '../../builders/config'

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(env)
  }
  catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('the configuration', () => {
  it('reads the least that is required and fills in the rest', () => {
    const config = readConfig(goodEnvironment())
    expect(config).toMatchObject({
      publicUrl: 'http://localhost:3000', database: { url: null, folder: '.data' }, redisUrl: null, trustedProxies: 0,
      token: { ttlMs: 300_000, graceMs: 600_000 }, clearing: { deadlineMs: 1_800_000, runLimitMs: 90_000 }, payment: { confirmationBlocks: 1, quorumAmount: { kind: 'bare', amount: 0n } },
      hermes: { binary: 'hermes', restUrl: null }, refunds: { approvalAbove: null, denoms: [] },
    })
  })

  it('gives Hermes what it needs of the environment, and nothing that is secret to us', () => {
    const ours = { SERVICE_WALLET_MNEMONIC: undefined, DATABASE_URL: 'postgres://u:p@h/d', REDIS_URL: 'redis://h', SOME_FUTURE_KEY: 'secret' }
    const needed = { PATH: '/bin', HOME: '/root', RUST_LOG: 'debug', SSL_CERT_FILE: '/etc/own.pem' }
    expect(readConfig(goodEnvironment({ ...ours, ...needed })).hermes.environment).toEqual(needed)
  })

  it('lists everything that is missing at once', () => {
    expect(problemsOf({})).toEqual([
      'CLEARING_SERVICE_FEE is missing', 'CLEARING_PER_PACKET_FEE is missing', 'CLEARING_TOKEN_SECRET is missing', 'SERVICE_WALLET_ADDRESS is missing', 'HERMES_CONFIG_PATH is missing', 'CHAIN_RPC_ENDPOINTS is missing',
    ])
  })

  it('takes an empty variable for one that is not set', () => {
    expect(problemsOf(goodEnvironment({ CLEARING_SERVICE_FEE: ' ' }))).toEqual(['CLEARING_SERVICE_FEE is missing'])
    expect(readConfig(goodEnvironment({ DATABASE_URL: '', LOG_LEVEL: '' })).logLevel).toBe('info')
  })

  it.each([
    ['CLEARING_SERVICE_FEE', '1.5', 'base units'],
    ['CLEARING_PER_PACKET_FEE', '5uatom,6uatom', 'base units'],
    ['CLEARING_TOKEN_TTL', '5 minutes', 'from 30 to 86400'],
    ['CLEARING_TOKEN_TTL', '29', 'from 30'],
    ['CLEARING_TOKEN_GRACE', '-1', 'from 0'],
    ['CLEARING_DEADLINE', '0', 'from 60'],
    ['RELAY_RUN_TIME_LIMIT', '4', 'from 5 to 3600'],
    ['CLEARING_TOKEN_SECRET', 'too short', '32 characters'],
    ['GAS_CONVERSION_RATES', 'uosmo/uatom=0', 'above 0'],
    ['GAS_CONVERSION_RATES', 'uosmo=0.5', 'from/to=rate'],
    ['GAS_MARGIN', '0.9', 'from 1 to 10'],
    ['PAYMENT_CONFIRMATION_BLOCKS', '0', 'from 1'],
    ['PAYMENT_QUORUM_AMOUNT', 'many', 'base units'],
    ['SERVICE_WALLET_ADDRESS', 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtm', 'neither an address'],
    ['OPERATOR_ADDRESSES', 'cosmos1x', 'not a bech32 address'],
    ['ADMIN_ADDRESSES', 'alice', 'not a bech32 address'],
    ['REFUND_MINIMUM', '-1', 'base units'],
    ['REFUND_APPROVAL_ABOVE', 'x', 'base units'],
    ['REFUND_DENOMS', 'uosmo', 'chain:denom'],
    ['HERMES_REST_API_URL', 'localhost:3000', 'http or https'],
    ['CHAIN_RPC_ENDPOINTS', 'https://rpc.example', 'chain\'s name'],
    ['CHAIN_RPC_ENDPOINTS', ',', 'at least one chain'],
    ['STUCK_AFTER_SECONDS', 'soon', 'whole number'],
    ['DATABASE_URL', 'mysql://host/db', 'postgres:// or postgresql://'],
    ['REDIS_URL', 'http://host', 'redis:// or rediss://'],
    ['PORT', '70000', 'to 65535'],
    ['PUBLIC_URL', 'https://relayooor.example/app', 'without a path'],
    ['TRUST_PROXY', 'true', 'whole number'],
    ['LOG_LEVEL', 'loud', 'debug, info'],
    ['OPEN_TOKENS_PER_IP', '0', 'from 1'],
    ['OPEN_TOKENS_PER_WALLET', '0', 'from 1'],
    ['RATE_LIMITS', 'everything=1/1', 'limit=requests/seconds'],
  ])('refuses %s=%s and says what it should be', (name, value, hint) => {
    const problems = problemsOf(goodEnvironment({ [name]: value }))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(name)
    expect(problems[0]).toContain(hint)
  })

  it('never repeats a secret in a problem', () => {
    expect(problemsOf(goodEnvironment({ CLEARING_TOKEN_SECRET: 'hunter2', DATABASE_URL: 'http://u:hunter2@h/d', CHAIN_RPC_ENDPOINTS: 'a:ftp://u:hunter2@h' })).join()).not.toContain('hunter2')
  })

  it('lists problems of several variables, and several of one', () => {
    expect(problemsOf(goodEnvironment({ CLEARING_TOKEN_TTL: 'x', ADMIN_ADDRESSES: 'alice,bob', RATE_LIMITS: 'a=1/1,b=1/1' }))).toHaveLength(5)
  })

  it('reads what is set', () => {
    const config = readConfig(goodEnvironment({
      PUBLIC_URL: 'https://relayooor.example/', TRUST_PROXY: '2', CLEARING_SERVICE_FEE: '1000000uatom,5uosmo', GAS_CONVERSION_RATES: 'uosmo/uatom=0.05', REFUND_DENOMS: 'osmosis:ibc/27394FB0', RATE_LIMITS: 'tokens=3/10',
      SERVICE_WALLET_ADDRESS: 'osmo1zuvk68xw4y9swp06796rx8zarjvvkrt68pqkad,hub:cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl',
    }))
    expect(config.publicUrl).toBe('https://relayooor.example')
    expect(config.trustedProxies).toBe(2)
    expect(config.fees.service).toEqual({ kind: 'per_denom', amounts: [{ denom: 'uatom', amount: 1_000_000n }, { denom: 'uosmo', amount: 5n }] })
    expect(config.fees.conversionRates).toEqual([{ from: 'uosmo', to: 'uatom', rate: { numerator: 5n, denominator: 100n } }])
    expect(config.refunds.denoms).toEqual([{ chain: 'osmosis', denom: 'ibc/27394FB0' }])
    expect(config.rateLimits).toMatchObject({ tokens: { points: 3, seconds: 10 }, reads: { points: 600, seconds: 60 } })
    expect(config.wallets.map(wallet => [wallet.chain, wallet.bech32Prefix])).toEqual([[null, 'osmo'], ['hub', 'cosmos']])
  })

  it('is documented variable by variable in .env.example, whose values are valid', () => {
    const lines = fs.readFileSync('.env.example', 'utf8').split('\n')
    const documented = lines.flatMap(line => /^([A-Z_]+)=(.*)$/.exec(line) ?? []).filter((_, index) => index % 3 === 1)
    expect(documented.toSorted()).toEqual(configKeys.toSorted())
    const example = Object.fromEntries(lines.flatMap((line) => {
      const match = /^([A-Z_]+)=(.*)$/.exec(line)
      return match ? [[match[1]!, match[2]!]] : []
    }))
    expect(problemsOf(example)).toEqual(['CLEARING_TOKEN_SECRET is missing', 'SERVICE_WALLET_ADDRESS is missing'])
  })
})
