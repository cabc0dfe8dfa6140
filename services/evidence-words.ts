import type { EvidenceDto, UnansweredDto } from '#shared/schemas/packets'
import type { Words } from '~/locales/en'
import type { Formats } from './format'

function own(words: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(words, code) ? words[code] : undefined
}

/** What a chain was asked, in the language of the page; undefined: a code that this page does not know. */
export function evidenceQueryWords(query: string, t: Words): string | undefined {
  return own(t.packet.evidenceQueries, query)
}

/** What it answered: a code, a number or a time; undefined as above. */
export function evidenceAnswerWords(answer: EvidenceDto['answer'], t: Words, f: Formats): string | undefined {
  if (/^\d+$/.test(answer)) return f.decimal(answer)
  if (/^\d{4}-\d\d-\d\dT/.test(answer)) return f.absolute(new Date(answer))
  return own(t.packet.evidenceAnswers, answer)
}

/** What could not be asked, once each. */
export function openQuestionWords(unanswered: readonly UnansweredDto[], t: Words, chainName: (chainId: string) => string): string[] {
  return [...new Set(unanswered.map(({ question, chainId }) => t.packet.open[question](chainId === null ? t.packet.unknownChain : chainName(chainId))))]
}
