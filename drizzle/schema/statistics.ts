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

/** Totals per address and denom, computed from rows so that they can never disagree with them. */
export const userStatistics = pgView('user_statistics', {
  address: text('address').notNull(),
  denom: text('denom').notNull(),
  operations: bigint('operations', { mode: 'number' }).notNull(),
  credited: amount('credited').notNull(),
  refunded: amount('refunded').notNull(),
}).as(sql`
  select u.address, t.total_denom as denom, count(distinct u.operation_id) as operations,
    coalesce(sum((select sum(p.credited_amount) from payments p where p.operation_id = u.operation_id and p.from_address = u.address)), 0)::numeric(78,0) as credited,
    coalesce(sum((select sum(r.amount) from refunds r join payments p on p.id = r.payment_id where r.operation_id = u.operation_id and p.from_address = u.address)), 0)::numeric(78,0) as refunded
  from user_operations u join clearing_operations o on o.id = u.operation_id join clearing_tokens t on t.token = o.token
  group by u.address, t.total_denom`)
