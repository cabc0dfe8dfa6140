import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeMemoCode, memoCodeSymbols, readMemo } from '#shared/utils/memo-code'

const symbols = fc.array(fc.integer({ min: 0, max: memoCodeSymbols.base - 1 }), { minLength: memoCodeSymbols.count, maxLength: memoCodeSymbols.count })
const code = makeMemoCode([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
const alphabet = '23456789ABCDEFGHJKMNPQRSTWXYZ'
const token = '3f2b8c1e-5a4d-4e6f-8a9b-0c1d2e3f4a5b'

describe('a memo code', () => {
  it('has 16 characters without look-alikes and is read back', () => {
    fc.assert(fc.property(symbols, (chosen) => {
      const made = makeMemoCode(chosen)
      expect(made).toMatch(/^RLY-[23456789A-HJKMNP-TW-Z]{12}$/)
      expect(readMemo(made)).toEqual({ kind: 'memo_code', memoCode: made })
    }))
  })

  it('is known by its check characters: no single wrong character and no swap of neighbours passes', () => {
    fc.assert(fc.property(symbols, fc.integer({ min: 4, max: 15 }), fc.constantFrom(...alphabet), (chosen, position, wrong) => {
      const made = makeMemoCode(chosen)
      if (made[position] === wrong) return
      expect(readMemo(made.slice(0, position) + wrong + made.slice(position + 1)).kind).not.toBe('memo_code')
    }))
    fc.assert(fc.property(symbols, fc.integer({ min: 4, max: 12 }), (chosen, position) => {
      const made = makeMemoCode(chosen)
      const swapped = made.slice(0, position) + made[position + 1]! + made[position]! + made.slice(position + 2)
      if (swapped !== made) expect(readMemo(swapped).kind).not.toBe('memo_code')
    }))
  })

  it('is made of ten symbols only', () => {
    for (const wrong of [[], [1, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 29], [0, 1, 2, 3, 4, 5, 6, 7, 8, 1.5], [0, 1, 2, 3, 4, 5, 6, 7, 8, -1]]) expect(() => makeMemoCode(wrong)).toThrow(RangeError)
  })
})

describe('reading a payment\'s memo', () => {
  it.each([code.toLowerCase(), ` ${code}`, `${code}\n`, `\t${code.toLowerCase()}\r\n `])('takes %j: ASCII case and white space do not matter', (memo) => {
    expect(readMemo(memo)).toEqual({ kind: 'memo_code', memoCode: code })
  })

  it('takes the full token', () => {
    expect(readMemo(token)).toEqual({ kind: 'token', token })
    expect(readMemo(` ${token.toUpperCase()} `)).toEqual({ kind: 'token', token })
    expect(readMemo(token.replace('-4e6f', '-5e6f')).kind).not.toBe('token')
  })

  it.each([
    ['JSON around it', `{"memo":"${code}"}`], ['two codes', `${code} ${code}`], ['text around it', `for ${code} thanks`], ['cut off', code.slice(0, 15)],
    ['a Cyrillic letter', code.replace('A', 'А')], ['a no-break space', `\u00a0${code}`], ['a zero-width space', `${code}\u200b`], ['an inner space', code.replace('-', ' ')],
    ['257 bytes', code + 'x'.repeat(241)], ['invalid UTF-8 read as replacement characters', `${code}\ufffd`], ['markup', `<img src=x onerror=alert(1)>${code}`], ['nothing', ''], ['SQL', '\'; drop table payments; --'],
  ])('case 12a: credits nothing for %s', (_, memo) => {
    expect(['near_miss', 'none']).toContain(readMemo(memo).kind)
  })

  it('suggests a near miss to a person', () => {
    expect(readMemo(code.slice(0, 15))).toMatchObject({ kind: 'near_miss' })
    expect(readMemo(`for ${code.toLowerCase()} thanks`)).toMatchObject({ kind: 'near_miss', text: code })
    expect(readMemo('hello')).toEqual({ kind: 'none' })
  })

  it('case 12f: suggests of a hostile memo only letters, digits, a dash or a space: nothing that a log, a page or a sheet would obey', () => {
    for (const memo of [`<b>RLY-ABCDEF<script>`, `RLY-ABCDEFG\u001b[31m`, `=RLY-ABCDEFG()`, `RLY-ABCDEFG\nlevel=error`, `RLY-ABCDEFG"}`]) {
      const reading = readMemo(memo)
      expect(reading.kind === 'near_miss' && /^[-A-Z\d ]+$/.test(reading.text)).toBe(true)
    }
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 20 }), (before, after) => {
      const reading = readMemo(`${before}RLY-ABCDEFG${after}`)
      expect(reading.kind === 'near_miss' && /^[-A-Z\d ]+$/.test(reading.text)).toBe(true)
    }))
  })

  it('never throws and never takes upper-casing across alphabets for a code', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (memo) => {
      const reading = readMemo(memo)
      if (reading.kind === 'memo_code') expect(memo.trim().toUpperCase()).toBe(reading.memoCode)
    }))
    expect(readMemo(code.replace(/./, 'ß')).kind).not.toBe('memo_code')
  })

  it('case 12b: takes a code if and only if nothing but ASCII white space stands around it', () => {
    const noise = fc.oneof(fc.constantFrom('', ' ', '\t', '\n', '\r\n', '  '), fc.constantFrom('\u00a0', '\u200b', '\ufeff', '\ufffd', '"', '{', '.', ',', 'x', '2', code, '\0', 'ſ', 'K'), fc.string({ unit: 'binary', maxLength: 3 }))
    fc.assert(fc.property(symbols, noise, noise, fc.boolean(), (chosen, before, after, lower) => {
      const made = makeMemoCode(chosen)
      const blank = (text: string) => /^[ \t\r\n\f\v]*$/.test(text)
      const reading = readMemo(before + (lower ? made.toLowerCase() : made) + after)
      if (blank(before) && blank(after)) expect(reading).toEqual({ kind: 'memo_code', memoCode: made })
      else expect(reading.kind === 'near_miss' || reading.kind === 'none').toBe(true)
    }), { numRuns: 1_000 })
  })

  it('takes no code with any one character lost, doubled or changed', () => {
    fc.assert(fc.property(symbols, fc.nat(15), fc.constantFrom('lose', 'double', 'change'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (chosen, at, how, other) => {
      const made: string = makeMemoCode(chosen)
      const middle = how === 'lose' ? '' : how === 'double' ? made[at]!.repeat(2) : other
      if (middle.toUpperCase() === made[at] && how === 'change') return
      expect(readMemo(made.slice(0, at) + middle + made.slice(at + 1)).kind).not.toBe('memo_code')
    }), { numRuns: 1_000 })
  })

  it('is quick on hostile text', () => {
    const startedAt = performance.now()
    for (const memo of [' '.repeat(100_000) + 'x', 'RLY-'.repeat(50_000), 'RLY'.repeat(50_000)]) readMemo(memo)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})
