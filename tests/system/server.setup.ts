import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { ensureBuilt } from '../../scripts/demo/build'

/** Builds the app where needed and hands out a copy of the build: a build made beside a running test must not change it. */
export default function copyServer(project: TestProject) {
  const given = process.env.BUILT_OUTPUT
  if (!given) ensureBuilt()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'relayooor-system-'))
  fs.cpSync(given ?? '.output', folder, { recursive: true, verbatimSymlinks: true })
  project.provide('builtServer', path.join(folder, 'server', 'index.mjs'))
  return () => fs.rmSync(folder, { recursive: true, force: true })
}

declare module 'vitest' {
  export interface ProvidedContext { builtServer: string }
}
