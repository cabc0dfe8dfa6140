import { sql } from 'drizzle-orm'
import { bigint, pgView, text, uuid } from 'drizzle-orm/pg-core'
import { amount } from './columns'

/** Whose operation it is: requested while signed in as the address, or paid from it. */
export const userOperations = pgView('user_operations', {
  address: text('address').notNull(),
  operationId: uuid('operation_id').notNull(),
}).as(sql`
  select t.session_address as address, o.id as operation_id from clearing_operations o join clearing_tokens t on t.token = o.token where t.session_address is not null
  union
  select p.from_address, p.operation_id from payments p where p.operation_id is not null and p.from_address is not null`)

/** What an address paid and what of it goes back, per chain and denom; a surplus counts as paid, although it is never credited. */
export const userStatistics = pgView('user_statistics', {
  address: text('address').notNull(),
  chainId: text('chain_id').notNull(),
  denom: text('denom').notNull(),
  operations: bigint('operations', { mode: 'number' }).notNull(),
  paid: amount('paid').notNull(),
  refunded: amount('refunded').notNull(),
}).as(sql`
  select p.from_address as address, p.chain_id, p.denom, count(distinct p.operation_id) as operations, sum(p.amount)::numeric(78,0) as paid,
    coalesce(sum((select sum(r.amount) from refunds r where r.payment_id = p.id)), 0)::numeric(78,0) as refunded
  from payments p where p.operation_id is not null and p.from_address is not null
  group by p.from_address, p.chain_id, p.denom`)
