import { defineApiHandler, signedIn } from '../../../../utils/define-api-handler'
import { acceptOutgoing } from '../../../../utils/endpoints/admin'

export default defineApiHandler(acceptOutgoing, (request) => {
  const { services, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'outgoing.accept', ...decided }, signedIn(request).address, consent)
})
