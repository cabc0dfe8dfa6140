/** A page can be read before its scripts are there: they are still asked for at once, but give way to its styles and letters. */
export function withPatientScripts(head: readonly string[]): string[] {
  return head.map(part => part
    .replace(/<link rel="modulepreload"(?![^>]*\sfetchpriority=)/g, '<link rel="modulepreload" fetchpriority="low"')
    .replace(/<script(?=[^>]*\stype="module")(?![^>]*\sfetchpriority=)/g, '<script fetchpriority="low"'))
}
