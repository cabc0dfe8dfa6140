import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startSandbox } from './start'

const { values } = parseArgs({
  options: {
    'port': { type: 'string', default: '26700' },
    'block-time': { type: 'string', default: '1000' },
    'manual-blocks': { type: 'boolean', default: false },
    'no-story': { type: 'boolean', default: false },
    'ordered-channel': { type: 'boolean', default: false },
    'data-dir': { type: 'string', default: '.data/sandbox' },
  },
})

const dataDir = resolve(values['data-dir'])
const sandbox = await startSandbox({
  portBase: Number(values.port),
  blockTimeMs: Number(values['block-time']),
  manualBlocks: values['manual-blocks'],
  story: !values['no-story'],
  orderedChannel: values['ordered-channel'],
  dataDir,
})
const { stop: _, ...facts } = sandbox
await writeFile(join(dataDir, 'sandbox.json'), `${JSON.stringify(facts, undefined, 2)}\n`)
console.log(JSON.stringify(facts, undefined, 2))

async function stop(): Promise<void> {
  await sandbox.stop()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())
