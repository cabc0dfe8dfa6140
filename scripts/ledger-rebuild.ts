import { parseArgs } from 'node:util'
import { openRebuild } from '../server/services'
import type { RebuildReport } from '../server/usecases/rebuild-ledger'
import { openForScript } from './services'

/**
 * npm run ledger:rebuild [-- --chain CHAIN_ID] [--from HEIGHT] [--to HEIGHT]: reads the chains anew into scratch tables and
 * compares every transfer, account and payment with the books, to the unit. With the environment of the server, beside it
 * or without it; no row of the real tables changes. Exit 0: the same, 1: something differs, 2: something cannot be told.
 */
const exitCodes = { sound: 0, broken: 1, cannot_tell: 2 } as const

const { values } = parseArgs({ options: { chain: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } } })

function readHeight(name: 'from' | 'to'): bigint | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  if (!/^\d{1,18}$/.test(text)) throw new Error(`--${name} must be a height: a whole number`)
  return BigInt(text)
}

function print({ chainId, range, totals, sentences }: RebuildReport) {
  console.log(range === null ? chainId : `${chainId}, blocks ${range.from} to ${range.to}`)
  for (const { account, denom, chain, books } of totals) console.log(`  ${chain === books ? 'same     ' : 'DIFFERENT'}  ${account}  chain ${chain}  books ${books}  ${denom}`)
  for (const sentence of sentences) console.log(`  ${sentence}`)
}

async function main(): Promise<number> {
  const options = { from: readHeight('from'), to: readHeight('to') }
  const app = await openForScript()
  try {
    const { rebuild, chainIds, close } = await openRebuild(app.infrastructure, app.opened, app.signingWallets, (chainId, height, to) => process.stderr.write(`\r${chainId}: ${height} of ${to}   `))
    try {
      const chains = chainIds.filter(chainId => values.chain === undefined || values.chain === chainId)
      if (chains.length === 0) throw new Error(values.chain === undefined ? 'No chain with a wallet of ours is served' : `--chain ${values.chain} has no wallet of ours or is not served; there are ${chainIds.join(', ') || 'none'}`)
      if (chains.length > 1 && (options.from !== undefined || options.to !== undefined)) throw new Error('--from and --to need --chain: heights are of one chain')
      const reports: RebuildReport[] = []
      for (const chainId of chains) {
        reports.push(await rebuild(chainId, options))
        process.stderr.write('\r')
        print(reports.at(-1)!)
      }
      const results = reports.map(report => report.result)
      const result = results.includes('broken') ? 'broken' : results.includes('cannot_tell') ? 'cannot_tell' : 'sound'
      console.log(`All in all: ${{ sound: 'chain and books are the same', broken: 'something DIFFERS', cannot_tell: 'something cannot be told' }[result]}.`)
      return exitCodes[result]
    }
    finally {
      await close()
    }
  }
  finally {
    await app.close()
  }
}

try {
  process.exit(await main())
}
catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
