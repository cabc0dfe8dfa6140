import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { checkReceipt } from './receipts/check'

/**
 * npm run verify-receipt -- receipt.json --issuer https://relayooor.example
 * npm run verify-receipt -- receipt.json --keys keys.json
 * Whose keys count is for the caller to say, never for the file. Exit 0: valid, 1: not valid, 2: cannot be checked.
 */
const usage = 'Usage: npm run verify-receipt -- <receipt.json> (--issuer <origin> | --keys <keys.json>)'
const timeoutMs = 10_000
const largestKeys = 100_000

async function readKeys(issuer: string | undefined, file: string | undefined): Promise<string> {
  if (file) return readFile(file, 'utf8')
  const response = await fetch(new URL('/api/v1/receipts/keys', issuer), { signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`)
  return (await response.text()).slice(0, largestKeys)
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { issuer: { type: 'string' }, keys: { type: 'string' } } })
  const [file] = positionals
  if (!file || !(values.issuer || values.keys)) {
    console.error(usage)
    return 2
  }
  const checked = checkReceipt(await readFile(file, 'utf8'), await readKeys(values.issuer, values.keys), values.keys ? undefined : values.issuer)
  if (!checked.valid) {
    console.error(`NOT VALID: ${checked.reason}.`)
    return 1
  }
  const { receipt } = checked
  const signature = `signed at ${receipt.signedAt} with key ${checked.keyId}`
  console.log(values.keys ? `Valid: ${signature}. It names ${receipt.issuer} as its issuer; whose the key is, the file of keys cannot tell.` : `Valid: ${signature} of ${receipt.issuer}.`)
  console.log(`  ${receipt.memoCode}: ${receipt.status}, ${receipt.total.amount} ${receipt.total.denom} on ${receipt.paymentChainId}`)
  for (const { id, result, relayedBy } of receipt.packets) console.log(`  ${id.chainId}/${id.portId}/${id.channelId}/${id.sequence}: ${result ?? 'undecided'}, relayed by ${relayedBy ?? 'nobody known'}`)
  for (const refund of receipt.refunds) console.log(`  refund of ${refund.coin.amount} ${refund.coin.denom}: ${refund.state}${refund.txHash ? ` (${refund.txHash})` : ''}`)
  return 0
}

process.exitCode = await main().catch((failure: unknown) => {
  console.error(`Cannot check: ${failure instanceof Error ? failure.message : String(failure)}`)
  return 2
})
