import { defineApiHandler, signedIn } from '../../../../../utils/define-api-handler'
import { refundOperation } from '../../../../../utils/endpoints/admin'

export default defineApiHandler(refundOperation, (request) => {
  const { services, params, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'operation.refund', operationId: params.id, ...decided }, signedIn(request).address, consent)
})
