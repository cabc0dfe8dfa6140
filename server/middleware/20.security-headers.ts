import { defineEventHandler, setResponseHeaders } from 'h3'
import { peekServices } from '../utils/use-services'

const everywhere = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}
/** Pages keep Nuxt's inline payload; wallets inject their scripts themselves and are not bound by it. */
const pagePolicy = 'base-uri \'self\'; object-src \'none\'; frame-ancestors \'none\'; form-action \'self\''
const apiPolicy = 'default-src \'none\'; frame-ancestors \'none\''

export default defineEventHandler((event) => {
  setResponseHeaders(event, { ...everywhere, 'content-security-policy': event.path.startsWith('/api/') ? apiPolicy : pagePolicy })
  if (peekServices()?.config.publicUrl.startsWith('https:')) setResponseHeaders(event, { 'strict-transport-security': 'max-age=31536000' })
})
