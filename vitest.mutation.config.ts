import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The unit tests that `npm run test:mutation` runs against each mutant: those of the domain and of what it shares. */
export default defineConfig({
  resolve: { alias: { '#shared': fileURLToPath(new URL('shared', import.meta.url)) } },
  test: { environment: 'node', include: ['tests/unit/server/domain/**/*.test.ts', 'tests/unit/shared/**/*.test.ts'] },
})
