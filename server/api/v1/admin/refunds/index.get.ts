import { defineApiHandler } from '../../../../utils/define-api-handler'
import { listAdminRefunds } from '../../../../utils/endpoints/admin'

export default defineApiHandler(listAdminRefunds, ({ services, query }) => services.adminLooks.refunds(query))
