import { defineApiHandler, signedIn } from '../../../../../utils/define-api-handler'
import { allocatePayment } from '../../../../../utils/endpoints/admin'

export default defineApiHandler(allocatePayment, (request) => {
  const { services, params, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'payment.allocate', paymentId: params.id, ...decided }, signedIn(request).address, consent)
})
