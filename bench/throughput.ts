import { spawn } from 'node:child_process'
import path from 'node:path'
import { strand } from '../tests/localnet/harness/transfers'
import { freePortBase } from '../tests/builders/ports'
import { compare, type Comparison } from './load'
import { requestToken, type Bench } from './rounds'

const effort = { runs: 3, seconds: 4 }

async function startBareHandler(databaseUrl: string): Promise<{ readonly url: string, readonly stop: () => void }> {
  const port = await freePortBase(1)
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'bare-handler.ts'), databaseUrl, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', code => reject(new Error(`the bare handler ended with ${code}`)))
  })
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

/** Requests per second of the app's two busiest calls, each against a bare handler that does one statement, in turns. */
export async function measureThroughput(bench: Bench): Promise<readonly Comparison[]> {
  const { world, sender, payer } = bench
  const { a, b } = world.net
  const bare = await startBareHandler(world.bareDatabaseUrl)
  try {
    const { sequences } = await strand(sender, b)
    const token = await requestToken(bench, sequences)
    const body = JSON.stringify({ walletAddress: payer.address, paymentChainId: a.id, packets: [{ chainId: a.id, portId: a.port, channelId: a.channel, sequence: String(sequences[0]) }] })
    const stored = await fetch(bare.url, { method: 'POST', body: JSON.stringify(token) })
    const { id } = await stored.json() as { readonly id: string }
    const api = `${world.appUrl}/api/v1/clearing`
    const tokens = await compare('request-token / one INSERT', { app: { url: `${api}/request-token`, method: 'POST', body }, bare: { url: bare.url, method: 'POST', body } }, effort)
    const status = await compare('status / one SELECT', { app: { url: `${api}/status/${token.token}`, method: 'GET' }, bare: { url: `${bare.url}/${id}`, method: 'GET' } }, effort)
    return [tokens, status]
  }
  finally {
    bare.stop()
  }
}
