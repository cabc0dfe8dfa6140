/** What a page may load: its own files, and the inline scripts that this answer made. `walletScript`: the sandbox's dev wallet, which asks its own origin; the browser puts it in anew, without the nonce. */
export function pagePolicy(nonce: string, walletScript: string): string {
  const wallet = URL.canParse(walletScript) ? ` ${new URL(walletScript).origin}` : ''
  return [
    'default-src \'none\'',
    `script-src 'self' 'nonce-${nonce}'${wallet}`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Widths of bars and progress are set on the element.
    'style-src-attr \'unsafe-inline\'',
    'img-src \'self\' data:',
    'font-src \'self\'',
    `connect-src 'self'${wallet}`,
    'manifest-src \'self\'',
    'base-uri \'self\'',
    'form-action \'self\'',
    'frame-ancestors \'none\'',
  ].join('; ')
}

/** Lets the scripts and styles of these parts of a page run under its policy. Only for parts that Nuxt wrote, never for what a component rendered. */
export function withNonce(parts: readonly string[], nonce: string): string[] {
  return parts.map(part => part.replace(/<(script|style)(?=[\s>])(?![^>]*\snonce=)/g, `<$1 nonce="${nonce}"`))
}
