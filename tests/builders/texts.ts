/** `shell.menu.help` → text, or what a template says for stand-ins. */
export function textsOf(part: unknown, path = ''): [string, string][] {
  if (typeof part === 'string') return [[path, part]]
  if (typeof part === 'function') {
    const template = part as (...stand: unknown[]) => string
    const parts = Object.assign('7', { missing: '7', memoCode: 'RLY-7' })
    return [[path, path.startsWith('clearing.next.') ? template(parts) : template(7, 7, 7)]]
  }
  return Object.entries(part as object).flatMap(([name, inner]) => textsOf(inner, path ? `${path}.${name}` : name))
}
