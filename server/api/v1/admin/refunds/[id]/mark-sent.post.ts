import { defineApiHandler, signedIn } from '../../../../../utils/define-api-handler'
import { markRefundSent } from '../../../../../utils/endpoints/admin'

export default defineApiHandler(markRefundSent, (request) => {
  const { services, params, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'refund.mark_sent', refundId: params.id, ...decided }, signedIn(request).address, consent)
})
