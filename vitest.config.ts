import { fileURLToPath } from 'node:url'
import { defineVitestProject } from '@nuxt/test-utils/config'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const alias = { '#shared': `${root}shared`, '~': root.slice(0, -1) }
const node = { environment: 'node' as const }

export default defineConfig({
  test: {
    projects: [
      { resolve: { alias }, test: { ...node, name: 'unit', include: ['tests/unit/**/*.test.ts'] } },
      { resolve: { alias }, test: { ...node, name: 'integration', include: ['tests/integration/**/*.test.ts', 'tests/contract/**/*.test.ts'], globalSetup: ['tests/integration/postgres.setup.ts'], testTimeout: 30_000, hookTimeout: 60_000 } },
      { resolve: { alias }, test: { ...node, name: 'simulator', include: ['tests/simulator/**/*.test.ts'], globalSetup: ['tests/simulator/postgres.setup.ts'], testTimeout: 600_000, hookTimeout: 60_000, maxWorkers: 2 } },
      { resolve: { alias }, test: { ...node, name: 'localnet', include: ['tests/localnet/**/*.test.ts'], globalSetup: ['tests/localnet/localnet.setup.ts', 'tests/integration/postgres.setup.ts', 'tests/system/server.setup.ts'], testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false } },
      { resolve: { alias }, test: { ...node, name: 'system', include: ['tests/system/**/*.test.ts'], globalSetup: ['tests/integration/postgres.setup.ts', 'tests/system/server.setup.ts'], testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false, maxConcurrency: 4 } },
      { resolve: { alias }, test: { ...node, name: 'matrix', include: ['tests/system/**/*.matrix.ts'], globalSetup: ['tests/integration/postgres.setup.ts', 'tests/system/server.setup.ts'], testTimeout: 360_000, hookTimeout: 180_000, fileParallelism: false, maxConcurrency: 4 } },
      await defineVitestProject({ test: { name: 'nuxt', include: ['tests/nuxt/**/*.test.ts'], setupFiles: ['tests/nuxt/unmount.setup.ts'], environment: 'nuxt', environmentOptions: { nuxt: { domEnvironment: 'happy-dom' } } } }),
    ],
  },
})
