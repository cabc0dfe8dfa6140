import type { Services } from '../services-type'
import { startJobs } from './jobs'
import { startLoop, type Loop } from './loop'

/** The scanner hears of new blocks; these are the longest pauses when it does not. */
const scanEveryMs = 2_000
const auditEveryMs = 15_000
const sweepEveryMs = 2_000
const indexEveryMs = 10_000
const sampleEveryMs = 60_000
const payEveryMs = 3_000
const relayerEveryMs = 10_000
/** How often it is asked whether a reconciliation is due. */
const reconcileCheckEveryMs = 5_000

/** A payment that waits for a second endpoint is asked for this often at first: nodes are milliseconds apart. */
const askAgainMs = 250
const askAgainTimes = 20

function startScanner(services: Services, chainId: string): Loop<bigint> {
  let asked = 0
  const loop: Loop<bigint> = startLoop<bigint>({
    name: `scan ${chainId}`, intervalMs: scanEveryMs, logger: services.logger,
    task: async (hint) => {
      const { waiting } = await services.scanChain(chainId, hint)
      asked = waiting ? asked + 1 : 0
      if (waiting && asked <= askAgainTimes) setTimeout(() => loop.wake(), askAgainMs).unref()
    },
  })
  return loop
}

/** Starts this instance's loops and its share of the job queue. */
export async function startWorkers(services: Services, databaseUrl: string): Promise<{ readonly stop: () => Promise<void> }> {
  const { logger } = services
  const scanners = new Map(services.scannedChainIds.map(chainId => [chainId, startScanner(services, chainId)]))
  const unsubscribe = services.scannedChainIds.map(chainId => services.onNewBlock(chainId, height => scanners.get(chainId)?.wake(height)))
  const loops = [
    ...services.scannedChainIds.map(chainId => startLoop({ name: `audit ${chainId}`, intervalMs: auditEveryMs, logger, task: () => services.auditChain(chainId) })),
    ...services.paymentChainIds.map(chainId => startLoop({ name: `refunds ${chainId}`, intervalMs: payEveryMs, logger, task: () => services.payRefunds(chainId) })),
    startLoop({ name: 'relayer wallets', intervalMs: relayerEveryMs, logger, task: services.watchRelayer }),
    startLoop({ name: 'sweep', intervalMs: sweepEveryMs, logger, task: services.sweepUnfinished }),
    startLoop({ name: 'reconcile', intervalMs: reconcileCheckEveryMs, logger, task: services.reconcileWhenDue }),
    startLoop({ name: 'packet index', intervalMs: indexEveryMs, logger, task: services.refreshPacketIndex }),
    startLoop({ name: 'delivery times', intervalMs: sampleEveryMs, logger, task: services.sampleDeliveries }),
  ]
  const jobs = await startJobs(databaseUrl, { clearRoute: services.clearRoute, scanChain: chainId => scanners.get(chainId)?.wake() }, logger)
  return {
    stop: async () => {
      for (const stop of unsubscribe) stop()
      await Promise.all([...scanners.values(), ...loops].map(loop => loop.stop()))
      await jobs.stop()
    },
  }
}
