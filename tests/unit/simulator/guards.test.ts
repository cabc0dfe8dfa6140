import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { guards } from '../../simulator/guards'

describe('the guards that simulate:guards takes out', () => {
  it.each(guards)('$name: each text is in its file exactly once', ({ edits }) => {
    for (const { file, from, to } of edits) {
      expect(fs.readFileSync(file, 'utf8').split(from).length - 1, `${file}: ${from}`).toBe(1)
      expect(to).not.toBe(from)
    }
  })

  it('have names of their own', () => {
    expect(new Set(guards.map(guard => guard.name)).size).toBe(guards.length)
  })
})
