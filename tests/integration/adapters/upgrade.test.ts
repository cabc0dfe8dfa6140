import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { migrateDatabase } from '../../../server/adapters/postgres/database'

const name = `upgrade_${randomBytes(6).toString('hex')}`
const rootUrl = inject('postgresUrl')
const url = rootUrl.replace(/\/postgres$/, `/${name}`)
const admin = postgres(rootUrl, { max: 1, onnotice: () => {} })
let before: string

/** The migrations up to and including one, as an older release had them. */
async function migrationsUpTo(last: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'migrations-'))
  await cp('drizzle/migrations', folder, { recursive: true })
  const journal = JSON.parse(await readFile(path.join(folder, 'meta/_journal.json'), 'utf8')) as { entries: { tag: string }[] }
  const count = journal.entries.findIndex(({ tag }) => tag === last) + 1
  await writeFile(path.join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }))
  return folder
}

beforeAll(async () => {
  await admin`create database ${admin(name)}`
  before = await migrationsUpTo('0002_oversight')
  await migrateDatabase(url, before)
})
afterAll(async () => {
  await rm(before, { recursive: true })
  await admin`drop database ${admin(name)} with (force)`
  await admin.end()
})

it('an upgrade keeps what an older release had booked, under the names of today', async () => {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql`insert into chain_cursors (chain_id, purpose, height) values ('hub-1', 'primary', 50)`
  await sql`insert into clearing_tokens (token, memo_code, wallet_address, payment_chain_id, payment_address, total_amount, total_denom, fee_lines, issued_at, expires_at, grace_until, signature, requester_ip_key)
    values (gen_random_uuid(), 'CODE', 'w', 'hub-1', 'cosmos1service', 10, 'uatom', '[]', now(), now() + interval '1 minute', now() + interval '2 minutes', 's', 'k')`
  for (const [height, amount, state] of [[40, 100, 'unallocated'], [45, 7, 'seen']] as const) {
    await sql.begin(async (tx) => {
      const [payment] = await tx<{ id: string }[]>`insert into payments (id, chain_id, height, tx_index, msg_index, denom, amount, block_time, memo, kind, state, block_hash, result_codes, endpoint, confirmation, created_at)
        values (gen_random_uuid(), 'hub-1', ${height}, 0, 0, 'uatom', ${amount}, now(), '', 'msg_send', ${state}, 'AB', '{0}', 'a', 'none', now()) returning id`
      await tx`insert into ledger_entries (entry_set, account, chain_id, denom, amount, cause, payment_id, created_at)
        select s, account, 'hub-1', 'uatom', sign * ${amount}, 'payment_seen', ${payment!.id}, now() from (select gen_random_uuid() as s) sets, (values ('wallet:service', 1), ('liability:unallocated', -1)) as leg (account, sign)`
    })
  }
  await migrateDatabase(url, 'drizzle/migrations')
  expect([...await sql`select account, sum(amount)::text as held from ledger_entries group by account having sum(amount) <> 0 order by account`]).toEqual([
    { account: 'liability:unallocated', held: '-100' }, { account: 'wallet:service:cosmos1service', held: '100' },
  ])
  expect([...await sql`select height::text, reason from ledger_entries where account = 'wallet:service:cosmos1service'`]).toEqual([{ height: '50', reason: 'accounts of wallets name their address' }])
  expect([...await sql`select address, role, watched_from::text as from from watched_wallets`]).toEqual([{ address: 'cosmos1service', role: 'service', from: '39' }])
  expect([...await sql`select distinct to_address as to from payments`]).toEqual([{ to: 'cosmos1service' }])
  await sql.end()
})
