/** `hermes 1.13.2` or `hermes 1.13.2+abcdef` → `1.13.2`; null for anything else. */
export function readVersion(output: string): string | null {
  return /^hermes v?(\d{1,4}\.\d{1,4}\.\d{1,4})/m.exec(output)?.[1] ?? null
}

function isBefore(version: string, other: string): boolean {
  const parts = version.split('.').map(Number)
  const limits = other.split('.').map(Number)
  for (const [index, limit] of limits.entries()) {
    const part = parts[index] ?? 0
    if (part !== limit) return part < limit
  }
  return false
}

/** Known trouble of a version (source: Hermes release notes): `broken` must not be used at all. */
export function versionProblem(version: string): { readonly broken: boolean, readonly text: string } | null {
  if (version === '1.8.1') return { broken: true, text: 'Hermes 1.8.1 cannot clear packets: install 1.10.3 or later' }
  if (isBefore(version, '1.10.3')) return { broken: false, text: `Hermes ${version} ignores excluded sequences: install 1.10.3 or later` }
  return null
}
