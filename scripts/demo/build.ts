import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const sources = ['app.vue', 'error.vue', 'nuxt.config.ts', 'package-lock.json', 'assets', 'components', 'composables', 'drizzle', 'layouts', 'locales', 'middleware', 'pages', 'plugins', 'public', 'server', 'services', 'shared', 'stores']

function newest(target: string): number {
  if (!fs.existsSync(target)) return 0
  const stat = fs.statSync(target)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...fs.readdirSync(target).map(name => newest(path.join(target, name))))
}

export const builtServer = '.output/server/index.mjs'

/** Builds the app when there is no build, or one older than its sources. Throws when the build fails. */
export function ensureBuilt(): void {
  const builtAt = fs.existsSync(builtServer) ? fs.statSync(builtServer).mtimeMs : 0
  if (builtAt > Math.max(...sources.map(newest))) return
  console.log('Building the app (about a minute) …')
  const build = spawnSync(process.execPath, ['node_modules/nuxt/bin/nuxt.mjs', 'build'], { encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } })
  if (build.status !== 0) {
    console.error(build.stdout, build.stderr)
    throw new Error('the build failed')
  }
}
