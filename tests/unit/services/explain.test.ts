import { describe, expect, it } from 'vitest'
import { en } from '../../../locales/en'
import { es } from '../../../locales/es'
import { explain, type TextPart } from '../../../services/explain'

const english = en.glossary.words
const spanish = es.glossary.words

const wordsIn = (parts: readonly TextPart[]) => parts.flatMap(({ word }) => word ?? [])

describe('explaining words in a text', () => {
  it('takes the first of each word, and loses nothing of the text', () => {
    const text = 'A packet waits; a relayer carries packets over a channel.'
    const parts = explain(text, ['packet', 'relayer', 'memo'], english)
    expect(parts.map(part => part.text + (part.after ?? '')).join('')).toBe(text)
    expect(wordsIn(parts)).toEqual(['packet', 'relayer'])
  })

  it('does not find a word inside another one', () => {
    expect(explain('Relayers and memorials', ['memo'], english)).toEqual([{ text: 'Relayers and memorials' }])
    expect(explain('vencimientos', ['timeout'], spanish)).toEqual([{ text: 'vencimientos' }])
  })

  it('gives the longer word the way: a memo code is no memo', () => {
    expect(explain('Pay with the memo code or a memo', ['memoCode', 'memo'], english)).toMatchObject([{ text: 'Pay with the ' }, { text: 'memo code', word: 'memoCode' }, { text: ' or a ' }, { text: 'memo', word: 'memo' }])
  })

  it('keeps the punctuation behind a word on its line, and an opening bracket not', () => {
    expect(explain('This packet: clear it.', ['packet'], english)).toEqual([{ text: 'This ' }, { text: 'packet', word: 'packet', after: ':' }, { text: ' clear it.' }])
    expect(explain('a memo(text)', ['memo'], english)[1]).toEqual({ text: 'memo', word: 'memo', after: '' })
  })

  it('knows accents and capitals', () => {
    expect(explain('Confirmación escrita', ['acknowledgement'], spanish)).toMatchObject([{ text: 'Confirmación', word: 'acknowledgement' }, { text: ' escrita' }])
  })

  it('leaves a text without such words whole', () => {
    expect(explain('Nothing here.', [], english)).toEqual([{ text: 'Nothing here.' }])
  })
})
