import type { GlossaryEntry, GlossaryWord } from '~/locales/en/glossary'

/** A piece of a text; with `word` it is to be explained. */
export interface TextPart {
  readonly text: string
  readonly word?: GlossaryWord
  /** Punctuation right behind the word, to stay on its line. */
  readonly after?: string
}

interface Place { readonly word: GlossaryWord, readonly start: number, readonly end: number }

function firstPlace(text: string, word: GlossaryWord, entry: GlossaryEntry, taken: readonly Place[]): Place[] {
  const forms = [...entry.forms].sort((a, b) => b.length - a.length).join('|')
  const places = [...text.matchAll(new RegExp(`(?<![\\p{L}\\d])(?:${forms})(?![\\p{L}\\d])`, 'giu'))].map(({ 0: found, index }) => ({ word, start: index, end: index + found.length }))
  return places.filter(place => taken.every(other => place.end <= other.start || place.start >= other.end)).slice(0, 1)
}

/** Splits a text where `words` stand in it for the first time, each at most once; earlier words have the right of way. */
export function explain(text: string, words: readonly GlossaryWord[], glossary: Readonly<Record<GlossaryWord, GlossaryEntry>>): TextPart[] {
  const places = words.reduce<Place[]>((taken, word) => [...taken, ...firstPlace(text, word, glossary[word], taken)], []).sort((a, b) => a.start - b.start)
  const parts: TextPart[] = []
  let done = 0
  for (const { word, start, end } of places) {
    const after = /^[^\s\p{L}\d([¿¡]+/u.exec(text.slice(end))?.[0] ?? ''
    parts.push({ text: text.slice(done, start) }, { text: text.slice(start, end), word, after })
    done = end + after.length
  }
  return [...parts, { text: text.slice(done) }].filter(part => part.text !== '')
}
