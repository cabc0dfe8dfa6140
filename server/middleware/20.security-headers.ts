import { defineEventHandler, setResponseHeader, setResponseHeaders } from 'h3'
import { peekServices } from '../utils/use-services'

const everywhere = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}
/** For whatever is no rendered page; those set a policy of their own, but for development, where Vite serves them. */
const policy = 'default-src \'none\'; frame-ancestors \'none\''
const developmentPolicy = 'frame-ancestors \'none\''

/** Pages that show what belongs to one person, or to whoever has the link; the router takes any case. */
const personalPage = /^\/(?:history|admin|clearing)(?:[/?]|$)/i

export default defineEventHandler((event) => {
  setResponseHeaders(event, { ...everywhere, 'content-security-policy': import.meta.dev && !event.path.startsWith('/api/') ? developmentPolicy : policy })
  if (personalPage.test(event.path)) setResponseHeader(event, 'cache-control', 'private, no-store')
  if (peekServices()?.config.publicUrl.startsWith('https:')) setResponseHeaders(event, { 'strict-transport-security': 'max-age=31536000' })
})
