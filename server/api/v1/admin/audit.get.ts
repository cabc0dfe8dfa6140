import { defineApiHandler } from '../../../utils/define-api-handler'
import { getAudit } from '../../../utils/endpoints/admin'

export default defineApiHandler(getAudit, ({ services, query }) => services.adminLooks.audit(query))
