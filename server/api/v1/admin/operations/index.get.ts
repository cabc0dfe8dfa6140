import { defineApiHandler } from '../../../../utils/define-api-handler'
import { listAdminOperations } from '../../../../utils/endpoints/admin'

export default defineApiHandler(listAdminOperations, ({ services, query }) => services.adminLooks.operations(query))
