import { defineApiHandler, signedIn } from '../../../utils/define-api-handler'
import { resume } from '../../../utils/endpoints/admin'

export default defineApiHandler(resume, (request) => {
  const { services, body } = request
  const { consent, ...decided } = body
  return services.adminActs.perform({ action: 'pause.end', ...decided }, signedIn(request).address, consent)
})
