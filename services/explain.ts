import type { GlossaryEntry, GlossaryWord } from '~/locales/en/glossary'

/** A piece of a text; with `word` it is to be explained. */
export interface TextPart {
  readonly text: string
  readonly word?: GlossaryWord
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
  const parts = places.flatMap(({ word, start, end }, index) => [{ text: text.slice(places[index - 1]?.end ?? 0, start) }, { text: text.slice(start, end), word }])
  return [...parts, { text: text.slice(places.at(-1)?.end ?? 0) }].filter(part => part.text !== '')
}
