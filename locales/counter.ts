/** `count(3, 'packet', 'packets')` → `3 packets`, by the plural rules and digits of a language. */
export function makeCounter(language: string) {
  const rules = new Intl.PluralRules(language)
  const digits = new Intl.NumberFormat(language)
  return (count: number, one: string, other: string): string => `${digits.format(count)} ${rules.select(count) === 'one' ? one : other}`
}
