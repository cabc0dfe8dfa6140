import type { QuoteDto } from '../../shared/schemas/clearing'
import type { BuildQuote, QuoteInput } from './build-quote'
import { toQuoteDto } from './dto/quote'

/** The price without creating anything; refuses what BuildQuote refuses. */
export type PreviewQuote = (input: QuoteInput) => Promise<QuoteDto>

export function makePreviewQuote({ buildQuote }: { readonly buildQuote: BuildQuote }): PreviewQuote {
  return async input => toQuoteDto((await buildQuote(input)).quote)
}
