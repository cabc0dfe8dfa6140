import { defineApiHandler, signedIn } from '../../../../../utils/define-api-handler'
import { approveRefund } from '../../../../../utils/endpoints/admin'

export default defineApiHandler(approveRefund, (request) => {
  const { services, params, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'refund.approve', refundId: params.id, ...decided }, signedIn(request).address, consent)
})
