import { defineApiHandler, signedIn } from '../../../../../utils/define-api-handler'
import { resolveOperation } from '../../../../../utils/endpoints/admin'

export default defineApiHandler(resolveOperation, (request) => {
  const { services, params, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'operation.resolve', operationId: params.id, ...decided }, signedIn(request).address, consent)
})
