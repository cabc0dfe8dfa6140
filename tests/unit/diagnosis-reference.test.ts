import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { codeOfReason, diagnosisCodes, diagnosisReasons, payingHelpsAnswers } from '../../shared/types/packet'

const text = readFileSync(path.resolve(import.meta.dirname, '../../docs/reference/diagnosis.md'), 'utf8')
const rows = [...text.matchAll(/^\| `(\w+)` \| `(\w+)` \|.*\| (\w+) \| [^|]+ \|$/gm)].map(([, code, reason, payingHelps]) => ({ code: code!, reason: reason!, payingHelps: payingHelps! }))

it('the reference of codes lists every reason with its code, once, and nothing else', () => {
  expect(rows.map(({ code, reason }) => `${code}/${reason}`)).toEqual(diagnosisReasons.map(reason => `${codeOfReason[reason]}/${reason}`))
  expect(new Set(rows.map(({ code }) => code))).toEqual(new Set(diagnosisCodes))
  expect(payingHelpsAnswers).toEqual(expect.arrayContaining(rows.map(({ payingHelps }) => payingHelps)))
})
