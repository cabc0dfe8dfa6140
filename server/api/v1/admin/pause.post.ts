import { defineApiHandler, signedIn } from '../../../utils/define-api-handler'
import { pause } from '../../../utils/endpoints/admin'

export default defineApiHandler(pause, (request) => {
  const { services, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'pause.start', ...decided }, signedIn(request).address, consent)
})
