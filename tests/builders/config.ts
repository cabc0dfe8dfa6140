import { readConfig, type AppConfig } from '../../server/config'

export const hubWallet = 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl'
export const zoneWallet = 'osmo1zuvk68xw4y9swp06796rx8zarjvvkrt68pqkad'

/** What Hermes is given of the environment. */
export const hermesEnvironment: Readonly<Record<string, string>> = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }

/** The least that a start needs, for chains `hub` and `zone`. */
export function goodEnvironment(over: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return {
    CLEARING_SERVICE_FEE: '1000000',
    CLEARING_PER_PACKET_FEE: '100000',
    CLEARING_TOKEN_SECRET: 'a secret for tests, 32 characters or more',
    SERVICE_WALLET_ADDRESS: hubWallet,
    HERMES_CONFIG_PATH: '/etc/hermes/config.toml',
    CHAIN_RPC_ENDPOINTS: 'hub:http://127.0.0.1:26657,zone:http://127.0.0.1:26757',
    ...over,
  }
}

export function aConfig(over: Record<string, string | undefined> = {}): AppConfig {
  return readConfig(goodEnvironment(over))
}
