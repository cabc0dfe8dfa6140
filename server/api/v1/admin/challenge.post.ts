import { defineApiHandler, signedIn } from '../../../utils/define-api-handler'
import { createAdminChallenge } from '../../../utils/endpoints/admin'

export default defineApiHandler(createAdminChallenge, (request) => {
  const { origin, host } = new URL(request.services.config.publicUrl)
  const { address, chainId } = signedIn(request)
  return request.services.adminActs.challenge(request.body, { address, chainId, domain: host, uri: origin })
})
