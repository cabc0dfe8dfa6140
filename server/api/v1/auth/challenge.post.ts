import { defineApiHandler } from '../../../utils/define-api-handler'
import { createChallenge } from '../../../utils/endpoints/auth'

export default defineApiHandler(createChallenge, ({ services, body }) => {
  // The domain is the configured one: a Host header may be anybody's.
  const { origin, host } = new URL(services.config.publicUrl)
  return services.createChallenge({ ...body, domain: host, uri: origin })
})
