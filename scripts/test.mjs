// test.mjs [TIER…]: runs the tiers in order (all but quality and localnet when none is named), each whatever became of the earlier
// ones, and ends with the line "N passed, N failed[, N skipped]". Exit 1 when anything failed.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findChromium } from './chromium.mjs'

const reports = fs.mkdtempSync(path.join(os.tmpdir(), 'relayooor-test-'))
const limitMs = 20 * 60_000
const killAfterMs = 10_000

const tiers = {
  lint: { run: ['npx', 'eslint', '.'] },
  knip: { run: ['npx', 'knip'] },
  typecheck: { run: ['npm', 'run', 'typecheck'] },
  unit: vitest('unit'),
  integration: vitest('integration'),
  simulator: vitest('simulator'),
  nuxt: vitest('nuxt'),
  build: { run: ['npm', 'run', 'build'] },
  system: { ...vitest('system'), needs: 'build' },
  e2e: playwright('e2e'),
  quality: playwright('quality'),
  localnet: vitest('localnet'),
}

function reportOf(name) {
  return path.join(reports, `${name}.json`)
}

function vitest(project) {
  const run = ['npm', 'run', `test:${project}`, '--', '--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(project)}`]
  return { run, count: () => vitestCounts(project) }
}

function playwright(project) {
  return {
    run: ['npm', 'run', `test:${project}`, '--', '--reporter=line,json'], needs: 'build', count: () => playwrightCounts(project),
    prepare: async () => ({ CHROMIUM_PATH: await findChromium(), PLAYWRIGHT_JSON_OUTPUT_NAME: reportOf(project) }),
  }
}

function readReport(name) {
  return JSON.parse(fs.readFileSync(reportOf(name), 'utf8'))
}

function vitestCounts(project) {
  const report = readReport(project)
  // A file that cannot be loaded fails without a single test in it.
  const broken = report.testResults.filter(file => file.status === 'failed' && file.assertionResults.every(test => test.status !== 'failed')).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken, skipped: report.numPendingTests + report.numTodoTests }
}

function playwrightCounts(project) {
  const { stats, errors } = readReport(project)
  // A test that passed only when repeated is a defect, too.
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped }
}

/** Runs a command with its output passed through; false when it fails, or takes longer than the limit and is killed with its children. */
function succeeds([command, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env }, detached: true })
    const stop = (signal) => {
      try {
        process.kill(-child.pid, signal)
      }
      catch (error) {
        if (error.code !== 'ESRCH') throw error // gone already
      }
    }
    const limit = setTimeout(() => {
      console.error(`stopped after ${limitMs / 60_000} minutes: ${command} ${args.join(' ')}`)
      stop('SIGTERM')
      setTimeout(stop, killAfterMs, 'SIGKILL').unref()
    }, limitMs)
    const interrupt = () => {
      stop('SIGTERM')
      process.exit(130)
    }
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupt)
    child.once('error', (error) => {
      console.error(error.message)
      resolve(false)
    })
    child.once('exit', (code) => {
      clearTimeout(limit)
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupt)
      resolve(code === 0)
    })
  })
}

async function runTier(name) {
  const tier = tiers[name]
  const failure = { passed: 0, failed: 1, skipped: 0 }
  try {
    const succeeded = await succeeds(tier.run, await tier.prepare?.())
    if (!tier.count) return succeeded ? { passed: 1, failed: 0, skipped: 0 } : failure
    const counts = tier.count()
    if (!succeeded && counts.failed === 0) return { ...counts, failed: 1 }
    // Nothing run is nothing shown.
    return counts.passed + counts.failed + counts.skipped === 0 ? failure : counts
  }
  catch (error) {
    console.error(`${name}: ${error.message}`)
    return failure
  }
}

function lineOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

const named = process.argv.slice(2)
const unknown = named.filter(name => !Object.hasOwn(tiers, name))
if (unknown.length > 0) {
  console.error(`no tier ${unknown.join(', ')}; there are ${Object.keys(tiers).join(', ')}`)
  process.exit(2)
}

const results = new Map()
for (const name of named.length > 0 ? named : Object.keys(tiers).filter(tier => !['quality', 'localnet'].includes(tier))) {
  const needed = tiers[name].needs
  console.log(`\n=== ${name} ===`)
  if (needed && results.get(needed)?.failed) {
    console.log(`not run: ${needed} failed`)
    results.set(name, { passed: 0, failed: 1, skipped: 0, seconds: 0 })
    continue
  }
  const start = Date.now()
  results.set(name, { ...await runTier(name), seconds: Math.round((Date.now() - start) / 1000) })
}
fs.rmSync(reports, { recursive: true, force: true })

const total = { passed: 0, failed: 0, skipped: 0 }
console.log('\n=== summary ===')
for (const [name, result] of results) {
  console.log(`${name.padEnd(12)} ${lineOf(result)} (${result.seconds} s)`)
  for (const key of Object.keys(total)) total[key] += result[key]
}
console.log(lineOf(total))
process.exitCode = total.failed > 0 ? 1 : 0
