import { defineApiHandler, signedIn } from '../../../../../utils/define-api-handler'
import { skipGap } from '../../../../../utils/endpoints/admin'

export default defineApiHandler(skipGap, (request) => {
  const { services, params, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'scan.skip_gap', chainId: params.chainId, ...decided }, signedIn(request).address, consent)
})
