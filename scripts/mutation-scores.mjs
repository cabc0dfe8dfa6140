// Prints the mutation score of each module from Stryker's report; exits 1 when one is below the least.
import { readFileSync } from 'node:fs'

const leastPercent = 85
const killed = new Set(['Killed', 'Timeout'])
const counted = new Set([...killed, 'Survived', 'NoCoverage'])

const { files } = JSON.parse(readFileSync('reports/mutation/mutants.json', 'utf8'))
const modules = new Map()
for (const [file, { mutants }] of Object.entries(files)) {
  const name = file.split('/')[2]
  const module = modules.get(name) ?? { killed: 0, all: 0, survivors: [] }
  for (const mutant of mutants.filter(({ status }) => counted.has(status))) {
    module.all += 1
    if (killed.has(mutant.status)) module.killed += 1
    else module.survivors.push(`${file}:${mutant.location.start.line}:${mutant.location.start.column} ${mutant.mutatorName}`)
  }
  modules.set(name, module)
}

const percent = module => 100 * module.killed / module.all
for (const [name, module] of [...modules].sort()) console.log(`${name.padEnd(8)} ${percent(module).toFixed(1).padStart(5)} %  ${module.killed} of ${module.all} killed`)
const below = [...modules].filter(([, module]) => percent(module) < leastPercent)
for (const [name, { survivors }] of below) console.error(`${name} is below ${leastPercent} %:\n  ${survivors.join('\n  ')}`)
process.exit(below.length > 0 ? 1 : 0)
