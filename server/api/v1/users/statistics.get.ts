import { defineApiHandler, signedIn } from '../../../utils/define-api-handler'
import { getUserStatistics } from '../../../utils/endpoints/statistics'

export default defineApiHandler(getUserStatistics, request => request.services.userStatistics(signedIn(request).address))
