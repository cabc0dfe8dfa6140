import { defineApiHandler } from '../../../../../utils/define-api-handler'
import { askRefundClaim } from '../../../../../utils/endpoints/clearing'

export default defineApiHandler(askRefundClaim, ({ services, params, body }) => {
  // The domain is the configured one: a Host header may be anybody's.
  const { origin, host } = new URL(services.config.publicUrl)
  return services.askRefundClaim({ ...params, ...body, domain: host, uri: origin })
})
