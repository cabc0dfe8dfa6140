import { defineApiHandler } from '../../../../utils/define-api-handler'
import { getAdminOperation } from '../../../../utils/endpoints/admin'

export default defineApiHandler(getAdminOperation, ({ services, params }) => services.adminLooks.operation(params.id))
