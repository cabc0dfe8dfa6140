import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { freePortBase } from '../builders/ports'
import { readLocalnet, startLocalnet, stopLocalnet, ToolsMissing } from './harness/network'

/**
 * Two real chains and a real Hermes for the whole tier. LOCALNET_NET names the folder of a running network to use instead.
 * Without Go or Rust (and without built binaries in the cache) the tier is skipped, loudly; CI fails.
 */
export default async function startNetwork(project: TestProject) {
  const running = process.env['LOCALNET_NET']
  if (running) {
    project.provide('localnet', { net: readLocalnet(running), skipped: null })
    return
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'relayooor-localnet-'))
  const discard = async () => {
    await stopLocalnet(folder)
    fs.rmSync(folder, { recursive: true, force: true })
  }
  try {
    const net = await startLocalnet(folder, { blockTime: process.env['BLOCK_TIME'] ?? '500ms', portBase: await freePortBase(22) })
    project.provide('localnet', { net, skipped: null })
    return discard
  }
  catch (error) {
    if (!(error instanceof ToolsMissing) || process.env['CI']) throw error
    console.warn(`\n=== The localnet tier is SKIPPED: ${error.message} ===\n`)
    project.provide('localnet', { net: null, skipped: error.message })
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
