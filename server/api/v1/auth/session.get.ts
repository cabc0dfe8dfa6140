import { defineApiHandler } from '../../../utils/define-api-handler'
import { getAuthSession } from '../../../utils/endpoints/auth'

export default defineApiHandler(getAuthSession, async ({ session }) => ({ session }))
