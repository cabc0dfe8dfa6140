import { openForScript } from './services'

/**
 * npm run reconcile: checks I1–I9 at once, beside a running server, with the environment of the server. Prints every
 * check in words. Exit 0: sound, 1: broken, 2: something cannot be told.
 */
const exitCodes = { sound: 0, broken: 1, cannot_tell: 2 } as const
const patienceMs = 120_000
const marks = { sound: 'sound      ', broken: 'BROKEN     ', cannot_tell: 'cannot tell' } as const

async function main(): Promise<number> {
  const { services, close } = await openForScript()
  try {
    const giveUpAt = Date.now() + patienceMs
    let report = await services.reconcileNow()
    while (!report && Date.now() < giveUpAt) {
      await new Promise(resolve => setTimeout(resolve, 1_000))
      report = await services.reconcileNow()
    }
    if (!report) {
      console.error('Another instance has been reconciling for two minutes: try again later.')
      return exitCodes.cannot_tell
    }
    for (const run of report.runs) {
      console.log(run.chainId === null ? 'Rows of every chain' : `${run.chainId}${run.height === null ? '' : `, booked up to block ${run.height}`}`)
      for (const { invariant, result, sentence, findings } of run.checks) {
        console.log(`  ${invariant}  ${marks[result]}  ${sentence}`)
        for (const finding of findings.slice(1)) console.log(`                   ${finding.sentence}`)
      }
    }
    console.log(`All in all: ${marks[report.result].trim()}.`)
    return exitCodes[report.result]
  }
  finally {
    await close()
  }
}

// Pools and timers of the adapters would keep the process for a while.
process.exit(await main())
