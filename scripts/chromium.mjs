// chromium.mjs: prints the path of a Chromium that runs, installing one if need be. Progress goes to standard error.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const installLimitMs = 10 * 60_000

function say(line) {
  process.stderr.write(`chromium: ${line}\n`)
}

/** Some distributions put a stub there that only prints advice, and a downloaded one may lack libraries: it must answer. */
function runs(file) {
  return fs.existsSync(file) && spawnSync(file, ['--version'], { timeout: 30_000, stdio: 'ignore' }).status === 0
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(folder => folder !== '')
  return folders.flatMap(folder => names.map(name => path.join(folder, name))).find(runs)
}

async function fromPlaywright() {
  const { chromium } = await import('@playwright/test')
  const file = chromium.executablePath()
  return runs(file) ? file : undefined
}

function succeeds(command, ...args) {
  say(`${command} ${args.join(' ')}`)
  // Standard output belongs to the answer, so what installers say goes to standard error.
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: installLimitMs, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0
}

/** Path of a Chromium that answers. Throws an error that says what to do where there is none and none can be installed. */
export async function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    if (runs(named)) return named
    throw new Error(`CHROMIUM_PATH names ${named}, which does not run`)
  }
  const installed = onPath() ?? await fromPlaywright()
  if (installed) return installed
  say('none on this machine, trying to install one')
  if (succeeds('npx', 'playwright', 'install', 'chromium')) {
    const downloaded = await fromPlaywright()
    if (downloaded) return downloaded
  }
  if (process.getuid?.() === 0 && succeeds('apt-get', 'update') && succeeds('apt-get', 'install', '-y', '--no-install-recommends', 'chromium')) {
    const packaged = onPath()
    if (packaged) return packaged
  }
  throw new Error('no Chromium: install one (apt-get install chromium, or npx playwright install --with-deps chromium), or name one in CHROMIUM_PATH')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await findChromium())
  }
  catch (error) {
    say(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
