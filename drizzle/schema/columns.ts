import { bigint, numeric, timestamp } from 'drizzle-orm/pg-core'

/** Base units of a coin. */
export const amount = (name: string) => numeric(name, { precision: 78, scale: 0, mode: 'bigint' })
/** Packet sequence: an unsigned 64-bit integer. */
export const sequence = (name: string) => numeric(name, { precision: 20, scale: 0, mode: 'bigint' })
export const height = (name: string) => bigint(name, { mode: 'bigint' })
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
