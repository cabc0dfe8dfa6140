import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { freePortBase } from './tests/builders/ports'

// Chosen once and handed on to the workers through the environment: the app's port, then those of the sandbox.
const port = process.env.E2E_PORT ??= String(await freePortBase(10))
const dataDir = process.env.E2E_DATA_DIR ??= join(tmpdir(), `relayooor-e2e-${port}`)
process.env.CHROMIUM_PATH ??= execFileSync(process.execPath, ['scripts/chromium.mjs'], { encoding: 'utf8' }).trim()

export default defineConfig({
  // A run empties its output folder: the pictures of every page, in test-results/screenshots, are in neither.
  projects: ['e2e', 'quality'].map(name => ({ name, testDir: `tests/${name}`, outputDir: `test-results/${name}` })),
  // One sandbox for all: its packets are handed out test by test.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${port}`,
    trace: 'retain-on-failure',
    reducedMotion: 'reduce',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--no-first-run', '--disable-component-update', '--disable-sync'],
    },
  },
  webServer: {
    command: 'npm run demo',
    url: `http://localhost:${port}/readyz`,
    // Deadlines that a test can wait for.
    env: { PORT: port, SANDBOX_PORT: String(Number(port) + 1), DATA_DIR: dataDir, BLOCK_TIME_MS: '500', STUCK_AFTER_SECONDS: '4', CLEARING_TOKEN_TTL: '45', CLEARING_TOKEN_GRACE: '5', CLEARING_DEADLINE: '60' },
    reuseExistingServer: false,
    timeout: 240_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
  },
})
