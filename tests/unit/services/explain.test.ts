import { describe, expect, it } from 'vitest'
import { en } from '../../../locales/en'
import { es } from '../../../locales/es'
import { explain } from '../../../services/explain'

const english = en.glossary.words
const spanish = es.glossary.words

describe('explaining words in a text', () => {
  it('takes the first of each word, and loses nothing of the text', () => {
    const text = 'A packet waits; a relayer carries packets over a channel.'
    const parts = explain(text, ['packet', 'relayer', 'memo'], english)
    expect(parts.map(part => part.text).join('')).toBe(text)
    expect(parts.filter(part => part.word)).toEqual([{ text: 'packet', word: 'packet' }, { text: 'relayer', word: 'relayer' }])
  })

  it('does not find a word inside another one', () => {
    expect(explain('Relayers and memorials', ['memo'], english)).toEqual([{ text: 'Relayers and memorials' }])
    expect(explain('vencimientos', ['timeout'], spanish)).toEqual([{ text: 'vencimientos' }])
  })

  it('gives the longer word the way: a memo code is no memo', () => {
    expect(explain('Pay with the memo code or a memo', ['memoCode', 'memo'], english).filter(part => part.word)).toEqual([{ text: 'memo code', word: 'memoCode' }, { text: 'memo', word: 'memo' }])
  })

  it('knows accents and capitals', () => {
    expect(explain('Confirmación escrita', ['acknowledgement'], spanish)).toEqual([{ text: 'Confirmación', word: 'acknowledgement' }, { text: ' escrita' }])
  })

  it('leaves a text without such words whole', () => {
    expect(explain('Nothing here.', [], english)).toEqual([{ text: 'Nothing here.' }])
  })
})
