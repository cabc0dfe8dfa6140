import { describe, expect, it } from 'vitest'
import { en as firstEnglish } from '../../locales/en'
import { help } from '../../locales/en/help'
import { innerWords } from '../../locales/en/inner'
import { es } from '../../locales/es'
import { makeFormats } from '../../services/format'
import { pickLocale } from '../../services/locale'
import { textsOf } from '../builders/texts'

const en = { ...firstEnglish, ...innerWords, help }

describe('languages', () => {
  it('Spanish says everything that English says, in other words', () => {
    const spanish = new Map(textsOf(es))
    const english = textsOf(en)
    expect(english.length).toBeGreaterThan(300)
    // A word may have more forms in one language than in the other.
    const paths = (texts: Iterable<string>) => [...texts].filter(path => !path.includes('.forms.')).sort()
    expect(paths(spanish.keys())).toEqual(paths(english.map(([path]) => path)))
    const same = english.filter(([path, text]) => text !== '' && spanish.get(path) === text).map(([path]) => path)
    // The same word in both.
    expect(same.filter(path => !sameInBoth.has(path))).toEqual([])
  })

  it('no text is empty in one language only', () => {
    const spanish = new Map(textsOf(es))
    expect(textsOf(en).filter(([path]) => !path.includes('.forms.')).filter(([path, text]) => (text === '') !== (spanish.get(path) === '')).map(([path]) => path)).toEqual([])
  })

  it('an address that asks wins over an earlier choice, that over the browser, and English is the rest', () => {
    expect(pickLocale({ asked: 'es', chosen: 'en', acceptLanguage: 'en' })).toBe('es')
    expect(pickLocale({ asked: 'xx', chosen: 'es', acceptLanguage: 'en' })).toBe('es')
    expect(pickLocale({ acceptLanguage: 'de, es-MX;q=0.8, en;q=0.7' })).toBe('es')
    expect(pickLocale({ acceptLanguage: 'es;q=0.1, en-US' })).toBe('en')
    expect(pickLocale({ acceptLanguage: 'es;q=0, fr' })).toBe('en')
    expect(pickLocale({})).toBe('en')
  })
})

const sameInBoth = new Set(['shell.api', 'packet.memo', 'pay.memo', 'wizard.total', 'glossary.words.relayer.name', 'glossary.words.relayer.forms.0', 'glossary.words.memo.name', 'glossary.words.memo.forms.0'])

describe('formats', () => {
  const [english, spanish] = [makeFormats('en'), makeFormats('es')]

  it('amounts keep every digit, whatever their size', () => {
    expect(english.decimal('12345678901234567890.123456789012345678')).toBe('12,345,678,901,234,567,890.123456789012345678')
    expect(spanish.decimal('1234567.5')).toBe('1.234.567,5')
    expect(english.decimal('999')).toBe('999')
  })

  it('durations have at most two units', () => {
    expect([5, 60, 95, 1000, 3600, 12_000, 200_000].map(english.duration)).toEqual(['5 sec', '1 min', '1 min 35 sec', '16 min', '1 hr', '3 hr 20 min', '2 days'])
    expect([5, 12_000, 200_000].map(spanish.duration)).toEqual(['5 s', '3 h 20 min', '2 días'])
  })

  it('times look both ways, and have a full form in UTC', () => {
    const now = Date.parse('2026-11-24T02:00:00Z')
    expect(english.relative(new Date(now - 3000), now)).toBeUndefined()
    expect(english.relative(new Date(now - 120_000), now)).toBe('2 minutes ago')
    expect(english.relative(new Date(now + 7_200_000), now)).toBe('in 2 hours')
    expect(spanish.relative(new Date(now - 120_000), now)).toBe('hace 2 minutos')
    expect(english.absolute(new Date(now))).toBe('24 Nov 2026, 02:00:00 UTC')
    expect(spanish.absolute(new Date(now))).toBe('24 nov 2026, 02:00:00 UTC')
  })
})
