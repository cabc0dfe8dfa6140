import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { ClearingToken } from '../../shared/schemas/clearing'
import { hasRedis, startRedis } from '../builders/redis'
import { expectDelivered, expectMoneyWhole, receivesSent, type Paid } from './checks'
import { hub, inWorld, until, type World } from './harness'

const place = { refunds: true, blockTimeMs: 600 }
const surplus = 2_000_000n
/** Leases of a run (13 s) and of the signer (30 s) may lapse one after the other, on a busy machine. */
const endsWithinMs = 150_000
const timeoutMs = 300_000

interface Overpaying { readonly packets: readonly string[], readonly tokens: readonly ClearingToken[], readonly paid: readonly Paid[] }

async function ask(world: World, count: number): Promise<Overpaying> {
  const packets = await world.strand(count)
  const tokens = await Promise.all(packets.map(packet => world.requestToken([packet])))
  return { packets, tokens, paid: tokens.map(token => ({ ...token, total: { ...token.total, amount: (BigInt(token.total.amount) + surplus).toString() } })) }
}

const payAll = (world: World, { tokens, paid }: Overpaying) => Promise.all(tokens.map((token, index) => world.pay(token, 'alice', paid[index]!.total.amount)))

async function expectAllEnded(world: World, { packets, tokens, paid }: Overpaying): Promise<void> {
  for (const status of await Promise.all(tokens.map(token => world.paidBack(token, endsWithinMs)))) expectDelivered(status)
  expect(await receivesSent(world)).toEqual(new Map(packets.map(id => [id, 1])))
  await expectMoneyWhole(world, paid)
}

describe('instances killed with -9 at random while refunds are sent', () => {
  inWorld('every payment ends, every surplus goes back once', { ...place, instances: 3 }, async (world) => {
    const asked = await ask(world, 6)
    let paid = false
    const paying = payAll(world, asked).finally(() => paid = true)
    let kills = 0
    while (!paid || kills < 8) {
      await world.living[Math.floor(Math.random() * world.living.length)]!.kill()
      kills++
      await Promise.all([world.start(), pause(1_500)])
    }
    await paying
    const quietSince = Date.now()
    await expectAllEnded(world, asked)
    console.log(`${kills} random kills with refunds: all ended ${Date.now() - quietSince} ms after the last`)
  }, timeoutMs)
})

describe('the signer of refunds, stopped for longer than its lease', () => {
  inWorld('right after it signed: another one signs, and what the first one signed is neither kept nor sent', { ...place, instances: 2, gates: true }, async (world) => {
    await until('somebody signs for the hub', async () => (await world.sql`select 1 from payout_lanes where chain_id = ${hub} and lease_until > now()`).length > 0)
    const [before] = await world.sql<{ holder: string, fence: string }[]>`select holder, fence::text from payout_lanes where chain_id = ${hub}`
    const signer = world.named(before!.holder)
    const gates = world.gatesOf(signer)
    // From its simulation on no transaction of it begins: it signs, and waits to write.
    const hubGates = gates.rpc.slice(0, 2)
    for (const gate of hubGates) {
      gate.fault = ({ method, params }) => {
        if (method === 'abci_query' && String(params.path).endsWith('/Simulate')) gates.postgres.holdTransactions(true)
        return undefined
      }
    }
    const asked = await ask(world, 1)
    await payAll(world, asked)
    await until('the signer has simulated its refund', async () => gates.postgres.holding(), 60_000)
    await pause(1_500) // signing takes milliseconds
    signer.signal('SIGSTOP')
    const other = world.instances.find(instance => instance !== signer)!
    await until('the other one signs', async () => (await world.sql`select 1 from refund_transactions where instance_id = ${other.id}`).length > 0, 90_000)
    const looked = gates.postgres.passed({ text: /from "payout_lanes" .*for update/ })
    signer.signal('SIGCONT')
    gates.postgres.holdTransactions(false)
    await until('the first one comes with what it signed', async () => gates.postgres.passed({ text: /from "payout_lanes" .*for update/ }) > looked, 30_000)
    await expectAllEnded(world, asked)
    const kept = await world.sql<{ instance_id: string, fence: string }[]>`select instance_id, fence::text from refund_transactions`
    expect([...kept]).toEqual([{ instance_id: other.id, fence: (BigInt(before!.fence) + 1n).toString() }])
  }, timeoutMs)
})

describe.skipIf(!hasRedis)('Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  const environment: Record<string, string> = {}
  beforeAll(async () => {
    redis = await startRedis()
    environment.REDIS_URL = redis.url
  })
  afterAll(() => redis.stop())

  inWorld('flushed, killed and back again under the work: no payment and no refund notices', { ...place, instances: 2, environment }, async (world) => {
    const asked = await ask(world, 4)
    const paying = payAll(world, asked)
    const client = new Redis(redis.url)
    for (let flush = 0; flush < 3; flush++) {
      expect(await client.flushall()).toBe('OK')
      await pause(400)
    }
    client.disconnect()
    await redis.stop()
    const more = await ask(world, 1) // quotes are given without it
    await Promise.all([paying, payAll(world, more)])
    redis = await startRedis(redis.port)
    await expectAllEnded(world, { packets: [...asked.packets, ...more.packets], tokens: [...asked.tokens, ...more.tokens], paid: [...asked.paid, ...more.paid] })
    expect(world.living).toHaveLength(2)
  }, timeoutMs)
})
