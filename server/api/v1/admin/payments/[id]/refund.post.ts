import { defineApiHandler, signedIn } from '../../../../../utils/define-api-handler'
import { refundPayment } from '../../../../../utils/endpoints/admin'

export default defineApiHandler(refundPayment, (request) => {
  const { services, params, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'payment.refund', paymentId: params.id, ...decided }, signedIn(request).address, consent)
})
