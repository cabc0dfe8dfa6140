import { migrateDatabase } from '../server/adapters/postgres/database'

const url = process.env.DATABASE_URL
if (!url) {
  console.error('DATABASE_URL is not set: the bundled PostgreSQL is migrated by the app when it starts.')
  process.exit(1)
}
await migrateDatabase(url, 'drizzle/migrations')
console.log('The database is up to date.')
