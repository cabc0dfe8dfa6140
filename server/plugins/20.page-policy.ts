import { randomBytes } from 'node:crypto'
import { setResponseHeader } from 'h3'
import { pagePolicy, withNonce } from '../utils/page-policy'

/** Every rendered page gets a nonce of its own. In development Vite puts in scripts that know none. */
export default defineNitroPlugin((nitroApp) => {
  if (import.meta.dev) return
  nitroApp.hooks.hook('render:html', (html, { event }) => {
    const nonce = randomBytes(16).toString('base64')
    html.head = withNonce(html.head, nonce)
    html.bodyPrepend = withNonce(html.bodyPrepend, nonce)
    html.bodyAppend = withNonce(html.bodyAppend, nonce)
    setResponseHeader(event, 'content-security-policy', pagePolicy(nonce, useRuntimeConfig(event).public.walletScript))
  })
})
