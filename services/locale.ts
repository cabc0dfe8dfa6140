export const locales = ['en', 'es'] as const
export type Locale = typeof locales[number]

/** Each language in its own words, for the switch. */
export const localeNames: Readonly<Record<Locale, string>> = { en: 'English', es: 'Español' }

function known(tag: string | null | undefined): Locale | undefined {
  return locales.find(locale => locale === tag?.trim().toLowerCase().split('-')[0])
}

/** The first language of ours in an Accept-Language header, by its weights (RFC 9110, 12.5.4). */
function accepted(header: string | undefined): Locale | undefined {
  const wishes = (header ?? '').split(',').slice(0, 20).map((part) => {
    const [tag = '', ...parameters] = part.split(';')
    const weight = parameters.map(parameter => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean)
    return { locale: known(tag), weight: weight === undefined ? 1 : Number(weight) }
  })
  return wishes.filter(wish => wish.weight > 0).sort((a, b) => b.weight - a.weight).find(wish => wish.locale)?.locale
}

/** Asked for in the address, else chosen before, else what the browser says, else English. */
export function pickLocale(wish: { readonly asked?: string, readonly chosen?: string | null, readonly acceptLanguage?: string }): Locale {
  return known(wish.asked) ?? known(wish.chosen) ?? accepted(wish.acceptLanguage) ?? 'en'
}
