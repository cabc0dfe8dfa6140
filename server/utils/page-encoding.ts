export type PageEncoding = 'br' | 'gzip'

/** The encoding to answer in, by an Accept-Encoding header (RFC 9110, 12.5.3); undefined: as it is. */
export function pickEncoding(accepted: string | undefined): PageEncoding | undefined {
  const refused = /;\s*q=0(?:\.0*)?\s*$/
  const names = new Set((accepted ?? '').toLowerCase().split(',').filter(part => !refused.test(part)).map(part => part.split(';')[0]!.trim()))
  return (['br', 'gzip'] as const).find(name => names.has(name))
}
