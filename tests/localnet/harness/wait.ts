/**
 * Polls until `look` gives something other than undefined; what it gave last is lost after `boundMs`, and an error says `what`.
 * The chains run on real time, so these waits do too.
 */
export async function waitUntil<Found>(what: string, look: () => Promise<Found | undefined>, options: { readonly boundMs?: number, readonly everyMs?: number } = {}): Promise<Found> {
  const end = Date.now() + (options.boundMs ?? 60_000)
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`waited ${options.boundMs ?? 60_000} ms in vain: ${what}`)
    await new Promise(resolve => setTimeout(resolve, options.everyMs ?? 100))
  }
}
