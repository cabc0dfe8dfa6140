import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

interface Row { readonly number: string, readonly files: readonly string[] }

/** Rows `| 7a | what happens | what we owe | ``file`` |` of the reference. */
function listedCases(): Row[] {
  const text = fs.readFileSync(path.join(root, 'docs/reference/cases.md'), 'utf8')
  return [...text.matchAll(/^\| (\d+[a-z]?) \|.*\|([^|]+)\|$/gm)].map(([, number, files]) => ({ number: number!, files: [...files!.matchAll(/`([^`]+)`/g)].map(match => match[1]!) }))
}

function testFiles(folder: string): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name)
    return entry.isDirectory() ? testFiles(file) : entry.name.endsWith('.ts') && file !== 'tests/unit/cases.test.ts' ? [file] : []
  })
}

/** Numbers that the names of tests in a file begin with. */
function namedIn(file: string): string[] {
  return [...fs.readFileSync(path.join(root, file), 'utf8').matchAll(/['"`]case (\d+[a-z]?): /g)].map(match => match[1]!)
}

const listed = listedCases()
const named = testFiles('tests').flatMap(file => namedIn(file).map(number => ({ number, file })))

describe('the cases of docs/reference/cases.md', () => {
  it('are all there, each once', () => {
    const numbers = listed.map(row => row.number)
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(new Set(numbers.map(number => Number.parseInt(number)))).toEqual(new Set(Array.from({ length: 34 }, (_, index) => index + 1)))
  })

  it.each(listed)('case $number is a named test in each file that it says', ({ number, files }) => {
    expect(named.filter(test => test.number === number).map(test => test.file).toSorted()).toEqual(files.toSorted())
    expect(files.length).toBeGreaterThan(0)
  })

  it('are all that tests name', () => {
    expect(named.filter(test => !listed.some(row => row.number === test.number))).toEqual([])
  })
})
