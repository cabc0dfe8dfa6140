import { defineApiHandler, signedIn } from '../../../../../utils/define-api-handler'
import { retryOperation } from '../../../../../utils/endpoints/admin'

export default defineApiHandler(retryOperation, (request) => {
  const { services, params, body } = request
  return services.adminActs.perform({ action: 'operation.retry', operationId: params.id, ...body }, signedIn(request).address, undefined)
})
