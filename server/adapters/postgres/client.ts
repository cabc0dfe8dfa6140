import type postgres from 'postgres'
import type { Database, Sql } from './database'

/**
 * The client under drizzle's database, for the few statements that run most: planning them costs more than running
 * them, and drizzle never prepares. Drizzle has set the client's parsers and serialisers: dates and JSON travel as text.
 */
export function clientOf(db: Database): Sql {
  return (db as Database & { readonly $client: Sql }).$client
}

/** Option of `unsafe`: planned once per connection. */
export const prepared = { prepare: true } as const

/** Option of `unsafe` for a statement that may take longer than the others: how long the server may be silent over it. Known to the driver by our patch. */
export const answeredWithin = (seconds: number): object => ({ answer_timeout: seconds })

/** Runs one statement with its values, planned once per connection. */
export const preparedQuery = (db: Database) => (text: string, values: readonly unknown[]): Promise<readonly object[]> =>
  clientOf(db).unsafe(text, values as postgres.ParameterOrJSON<never>[], prepared)
