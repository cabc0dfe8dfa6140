import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const skipped = new Set(['node_modules', '.nuxt', '.output', '.data', '.git', 'coverage', 'artifacts', 'public'])

function sourceFiles(folder: string): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return []
    const file = path.posix.join(folder, entry.name)
    if (entry.isDirectory()) return sourceFiles(file)
    return /\.(?:ts|vue|mjs)$/.test(entry.name) ? [file] : []
  })
}

interface Import { readonly file: string, readonly target: string, readonly lazy: boolean }

/** Repository path for our own files, the package name for libraries. */
function resolveTarget(file: string, specifier: string): string {
  if (specifier.startsWith('#shared')) return specifier.replace('#shared', 'shared')
  if (/^[~@]\//.test(specifier)) return specifier.slice(2)
  if (specifier.startsWith('.')) return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))
  return specifier
}

function importsOf(file: string): Import[] {
  const text = fs.readFileSync(path.join(root, file), 'utf8')
  const found: Import[] = []
  for (const match of text.matchAll(/^\s*(?:import|export)\s(?:[^'"]*?\sfrom\s*)?['"]([^'"]+)['"]/gm)) found.push({ file, target: resolveTarget(file, match[1]!), lazy: false })
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) found.push({ file, target: resolveTarget(file, match[1]!), lazy: true })
  return found
}

const under = (folder: string) => (target: string) => target === folder || target.startsWith(`${folder}/`)
const ours = ['shared', 'server', 'drizzle', 'sandbox', 'pages', 'components', 'composables', 'stores', 'services', 'layouts', 'plugins', 'locales', 'middleware', 'assets', 'scripts', 'tests', 'bench']
const isOurs = (target: string) => ours.some(folder => under(folder)(target))
const isLibrary = (target: string) => !isOurs(target)
const isAny = (...folders: string[]) => (target: string) => folders.some(folder => under(folder)(target))
const frontend = isAny('pages', 'components', 'composables', 'stores', 'services', 'layouts', 'plugins', 'locales', 'assets')
const cosmjs = (target: string) => target.startsWith('@cosmjs/') || target.startsWith('cosmjs-types')
const typeOnly = (entry: Import) => new RegExp(`import type [^;]*?['"][^'"]*${path.posix.basename(entry.target)}['"]`).test(fs.readFileSync(path.join(root, entry.file), 'utf8'))

interface Rule { readonly folders: string[], readonly may: (entry: Import) => boolean }

/** The table of the house: who may import whom. */
const rules: Record<string, Rule> = {
  'shared imports zod and itself': { folders: ['shared'], may: ({ target }) => target === 'zod' || under('shared')(target) },
  'pages and components never reach into the server; CosmJS only lazily': {
    folders: ['pages', 'components', 'composables', 'stores', 'services', 'layouts', 'plugins', 'locales'],
    may: entry => under('shared')(entry.target) || frontend(entry.target) || (isLibrary(entry.target) && (!cosmjs(entry.target) || entry.lazy || typeOnly(entry))),
  },
  'the domain imports shared/utils, shared/types and itself': { folders: ['server/domain'], may: ({ target }) => isAny('shared/utils', 'shared/types', 'server/domain')(target) },
  'use cases import domain, shared and ports': {
    folders: ['server/usecases'],
    may: ({ target }) => isAny('shared', 'server/domain', 'server/usecases')(target),
  },
  'handlers and workers import services, use-case types, domain errors and shared': {
    folders: ['server/api', 'server/routes', 'server/workers', 'server/middleware', 'server/utils'],
    may: ({ target }) => !isAny('server/adapters', 'drizzle', 'sandbox')(target),
  },
  'the sandbox never imports the app': { folders: ['sandbox'], may: ({ target }) => isLibrary(target) || isAny('sandbox', 'shared/utils')(target) },
  'nothing of the app imports the sandbox, scripts or tests': {
    folders: ['shared', 'server', 'pages', 'components', 'composables', 'stores', 'services', 'layouts', 'plugins', 'locales', 'drizzle'],
    may: ({ target }) => !isAny('sandbox', 'scripts', 'tests', 'bench')(target),
  },
}

const existing = (folder: string) => fs.existsSync(path.join(root, folder))

describe('imports follow the house', () => {
  for (const [name, rule] of Object.entries(rules)) {
    it(name, () => {
      const entries = rule.folders.filter(existing).flatMap(sourceFiles).flatMap(importsOf)
      expect(entries.length).toBeGreaterThan(0)
      expect(entries.filter(entry => !rule.may(entry)).map(entry => `${entry.file} imports ${entry.target}`)).toEqual([])
    })
  }

  it('an adapter imports ports, domain, shared and its own folder; only postgres sees the schema', () => {
    const broken = sourceFiles('server/adapters').flatMap(importsOf).filter(({ file, target }) => {
      const own = file.split('/').slice(0, 3).join('/')
      if (isLibrary(target)) return target === 'h3'
      if (isAny(own, 'server/domain', 'shared')(target)) return false
      if (under('server/usecases')(target)) return !/ports?$/.test(target)
      return !(own === 'server/adapters/postgres' && under('drizzle')(target))
    })
    expect(broken.map(entry => `${entry.file} imports ${entry.target}`)).toEqual([])
  })

  it('only server/config.ts reads the environment', () => {
    const readers = sourceFiles('server').filter(file => file !== 'server/config.ts' && /process\.env\b/.test(fs.readFileSync(path.join(root, file), 'utf8')))
    expect(readers).toEqual([])
  })

  it('only useWallet touches a wallet of the window', () => {
    const touching = ['pages', 'components', 'composables', 'stores', 'services', 'layouts'].filter(existing).flatMap(sourceFiles)
      .filter(file => file !== 'composables/useWallet.ts' && /window\.(?:keplr|leap|cosmostation)/.test(fs.readFileSync(path.join(root, file), 'utf8')))
    expect(touching).toEqual([])
  })
})
