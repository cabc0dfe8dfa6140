import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { guards, type Guard } from '../tests/simulator/guards'

/**
 * npm run simulate:guards -- [--seeds N] [--from S] [--only <part of a name>]: takes each guard of the server out, in a copy
 * of the tree, and runs seeds until one finds a violation. Prints a table row per guard. Exit 1 if some went unnoticed.
 */
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '200' }, from: { type: 'string', default: '1' }, only: { type: 'string', default: '' } } })

const copied = ['server', 'shared', 'tests', 'scripts', 'drizzle', 'package.json', 'tsconfig.json']

function copyTree(): string {
  const root = path.resolve(`.data/guards-${process.pid}`)
  fs.mkdirSync(root, { recursive: true })
  for (const name of copied) fs.cpSync(name, path.join(root, name), { recursive: true })
  fs.cpSync('.nuxt', path.join(root, '.nuxt'), { recursive: true })
  fs.symlinkSync(path.resolve('node_modules'), path.join(root, 'node_modules'))
  return root
}

function takeOut(root: string, { name, edits }: Guard): void {
  for (const { file, from, to } of edits) {
    const text = fs.readFileSync(path.join(root, file), 'utf8')
    if (text.split(from).length !== 2) throw new Error(`${file} does not have the text of '${name}' exactly once: ${from}`)
    fs.writeFileSync(path.join(root, file), text.replace(from, () => to))
  }
}

/** What the seeds said: the first that failed, and the violation in one line. */
function runSeeds(root: string): { readonly seed: string, readonly violation: string } | null {
  const run = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/simulate.ts', '--seeds', values.seeds, '--from', values.from, '--lanes', '1', '--stop'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  const [, seed, violation] = /^seed (\d+): (.*)$/m.exec(run.stderr) ?? []
  if (seed && violation !== undefined) return { seed, violation }
  if (run.status !== 0) throw new Error(`the seeds did not run: ${run.stderr.slice(-2000)}`)
  return null
}

let unnoticed = 0
const root = copyTree()
try {
  for (const each of guards.filter(({ name }) => name.includes(values.only))) {
    takeOut(root, each)
    const found = runSeeds(root)
    if (!found) unnoticed += 1
    console.log(`| ${each.name} | ${found ? `${found.seed} | ${found.violation.slice(0, 160)}` : '**not noticed** |'} |`)
    for (const { file } of each.edits) fs.copyFileSync(file, path.join(root, file))
  }
}
finally {
  fs.rmSync(root, { recursive: true, force: true })
}
process.exitCode = unnoticed > 0 ? 1 : 0
