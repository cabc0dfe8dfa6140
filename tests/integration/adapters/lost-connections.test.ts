import net from 'node:net'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import postgres from 'postgres'
import { answeredWithin, clientOf } from '../../../server/adapters/postgres/client'
import { openDatabase, transactionLimitOf, type OpenDatabase } from '../../../server/adapters/postgres/database'

const poolSize = 3
let database: OpenDatabase
let admin: postgres.Sql
beforeAll(() => {
  database = openDatabase(inject('postgresUrl'), { poolSize })
  admin = postgres(inject('postgresUrl'), { max: 1 })
})
afterAll(async () => {
  await database.close()
  await admin.end()
})

describe('a pool whose connections are cut inside of transactions', () => {
  // The patch of the driver in patches/: without it each of them stays dead for as long as the process lives.
  it('refuses those transactions and has every connection back', async () => {
    for (let round = 0; round < 2; round++) {
      const cut = Array.from({ length: poolSize }, () => database.db.transaction(tx => tx.execute(sql`select pg_sleep(30)`)).then(() => 'done', () => 'refused'))
      const terminate = async () => (await admin`select count(pg_terminate_backend(pid))::int as cut from pg_stat_activity where wait_event = 'PgSleep'`)[0]!.cut as number
      let terminated = 0
      await expect.poll(async () => terminated += await terminate(), { timeout: 10_000 }).toBe(poolSize)
      expect(await Promise.all(cut)).toEqual(Array.from({ length: poolSize }, () => 'refused'))
      const together = Array.from({ length: poolSize }, (_, index) => database.db.transaction(async (tx) => {
        await tx.execute(sql`select pg_sleep(0.1)`)
        return (await tx.execute<{ index: number }>(sql`select ${index}::int as index`))[0]!.index
      }))
      expect(await Promise.all(together)).toEqual([0, 1, 2])
    }
  })
})

/** A way to the server that can fall silent without being cut, as a stopped process or a lost route does. */
async function silenceable(url: string) {
  const { port, hostname } = new URL(url)
  const sockets = new Set<net.Socket>()
  let silent: 'both' | 'answers' | false = false
  const proxy = net.createServer((client) => {
    const server = net.connect(Number(port), hostname)
    for (const [from, to] of [[client, server], [server, client]] as const) {
      sockets.add(from)
      from.on('data', bytes => silent === 'both' || (silent === 'answers' && from === server) || to.write(bytes)).on('error', () => {}).on('close', () => to.destroy())
    }
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  const way = new URL(url)
  way.port = String((proxy.address() as net.AddressInfo).port)
  return {
    url: way.href,
    silence: (directions: typeof silent) => {
      silent = directions
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => proxy.close(resolve))
    },
  }
}

describe('a client that is stopped in the middle of a statement', () => {
  it('loses its transaction and the locks in it to whoever waits', async () => {
    expect(await transactionLimitOf(inject('postgresUrl'))).toBe(15_000)
    const way = await silenceable(inject('postgresUrl'))
    const stopped = openDatabase(way.url, { poolSize: 1, transactionLimitMs: 2_000 })
    const isFree = async () => (await admin`select pg_try_advisory_xact_lock(991) as free`)[0]!.free as boolean
    try {
      const inside = stopped.db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(991)`)
        // It has sent the first half, and will not send the second one before it has read what the server said to it.
        way.silence('answers')
        await tx.execute(sql`select ${1}::int`)
      })
      const refused = expect(inside).rejects.toThrow()
      await expect.poll(async () => (await admin`select 1 from pg_stat_activity where state = 'active' and wait_event = 'ClientRead'`).length).toBe(1)
      expect(await isFree()).toBe(false)
      await expect.poll(isFree, { timeout: 10_000 }).toBe(true)
      await way.close()
      await refused
    }
    finally {
      await stopped.close()
      await way.close()
    }
  })
})

describe('a server that has stopped answering', () => {
  it('is given up after the limit, inside and outside of transactions, and used again when it answers', async () => {
    const way = await silenceable(inject('postgresUrl'))
    const patient = openDatabase(way.url, { poolSize: 2, answerLimitSeconds: 1 })
    const one = async () => (await patient.db.execute<{ one: number }>(sql`select 1 as one`))[0]!.one
    try {
      let fallSilent = () => {}
      const silent = new Promise<void>(resolve => fallSilent = resolve)
      const inside = patient.db.transaction(async (tx) => {
        await tx.execute(sql`select 1`)
        way.silence('both')
        fallSilent()
        await tx.execute(sql`select 2`)
      })
      const refused = expect(inside).rejects.toThrow()
      await silent
      await expect(one()).rejects.toThrow()
      await refused
      way.silence(false)
      await expect.poll(() => one().catch(() => 0), { timeout: 15_000 }).toBe(1)
      expect(await patient.db.transaction(() => one())).toBe(1)
    }
    finally {
      await patient.close()
      await way.close()
    }
  })

  it('may take longer over what is known to be slow', async () => {
    const patient = openDatabase(inject('postgresUrl'), { poolSize: 2, answerLimitSeconds: 1 })
    try {
      await expect(patient.db.execute(sql`select pg_sleep(3)`)).rejects.toThrow()
      expect(await clientOf(patient.db).unsafe('select 1 as one, pg_sleep(2)', [], answeredWithin(10))).toMatchObject([{ one: 1 }])
    }
    finally {
      await patient.close()
    }
  })

  it('may be silent while nobody asks anything', async () => {
    const patient = openDatabase(inject('postgresUrl'), { poolSize: 1, answerLimitSeconds: 1 })
    try {
      const backend = async () => (await patient.db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`))[0]!.pid
      const before = await backend()
      await clientOf(database.db).unsafe('select pg_sleep(2)')
      expect(await backend()).toBe(before)
    }
    finally {
      await patient.close()
    }
  })
})
