import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { startSandbox, type Sandbox } from '../sandbox/start'
import { builtServer, ensureBuilt } from './demo/build'
import { sandboxEnvironment } from './demo/environment'

const port = Number(process.env.PORT ?? 3000)
const portBase = Number(process.env.SANDBOX_PORT ?? 26_600)
const dataDir = path.resolve(process.env.DATA_DIR ?? '.data')
const appUrl = `http://localhost:${port}`
const readyWithinMs = 60_000

/** For programs: where everything is. */
function writeSandboxFile(sandbox: Sandbox) {
  const account = (name: keyof Sandbox['accounts']) => ({ mnemonic: sandbox.accounts[name].mnemonic })
  fs.writeFileSync(path.join(dataDir, 'sandbox.json'), `${JSON.stringify({
    appUrl,
    controlUrl: sandbox.controlUrl,
    chains: sandbox.chains.map(({ chainId, rpcUrls, bech32Prefix, feeDenom, exponent }) => ({ chainId, rpcUrl: rpcUrls[0], bech32Prefix, feeDenom, exponent })),
    accounts: { alice: account('alice'), bob: account('bob'), service: account('service'), admin: account('admin'), relayer: account('relayer') },
    story: sandbox.story,
  }, undefined, 2)}\n`)
}

async function waitUntilReady() {
  const deadline = Date.now() + readyWithinMs
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(response => response.ok, () => false)
    if (ready) return
    if (Date.now() > deadline) throw new Error(`the app was not ready within ${readyWithinMs / 1000} s`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

function printWelcome(sandbox: Sandbox) {
  const packet = (id: string | undefined) => id ? `${appUrl}/packets/${id}` : '(not told)'
  const story = sandbox.story
  console.log(`
Relayooor is running on a sandbox of ${sandbox.chains.length} simulated chains.

  Start here           ${appUrl}
  Alice's transfers    ${appUrl}/?address=${sandbox.accounts.alice.addresses[sandbox.chains[0]!.chainId]}
  Stuck, undelivered   ${packet(story?.undelivered)}
  Timed out            ${packet(story?.timedOut)}
  Delivered already    ${packet(story?.deliveredUnacknowledged)}
  Refund waits         ${packet(story?.errorAcknowledged)}
  API reference        ${appUrl}/docs

Sandbox wallet: choose "Keplr" in the page. Faults and blocks: ${sandbox.controlUrl} (see sandbox/README.md).
Stop with Ctrl-C.
`)
}

async function main() {
  const startedAt = Date.now()
  ensureBuilt()
  // The simulated chains begin anew with every start, and so must the app's memory of them.
  const appData = path.join(dataDir, 'demo')
  fs.rmSync(appData, { recursive: true, force: true })
  fs.mkdirSync(appData, { recursive: true })
  const sandbox = await startSandbox({ portBase, manualBlocks: process.argv.includes('--manual-blocks'), blockTimeMs: Number(process.env.BLOCK_TIME_MS ?? 1000), dataDir: path.join(dataDir, 'sandbox') })
  writeSandboxFile(sandbox)
  const app = spawn(process.execPath, [builtServer], { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...sandboxEnvironment(sandbox, { port, dataDir: appData }) }, stdio: ['ignore', fs.openSync(path.join(dataDir, 'demo-app.log'), 'w'), 'inherit'] })
  let stopping = false
  const stop = async (code: number) => {
    if (stopping) return
    stopping = true
    if (app.exitCode === null) {
      app.kill('SIGTERM')
      await new Promise(resolve => app.once('exit', resolve))
    }
    await sandbox.stop()
    process.exit(code)
  }
  process.on('SIGINT', () => void stop(0))
  process.on('SIGTERM', () => void stop(0))
  app.once('exit', (code) => {
    if (!stopping) console.error(`The app ended with ${code}; its log: ${path.join(dataDir, 'demo-app.log')}`)
    void stop(1)
  })
  try {
    await waitUntilReady()
  }
  catch (error) {
    console.error(error)
    return stop(1)
  }
  printWelcome(sandbox)
  console.log(`Ready in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`)
}

await main()
