import { defineApiHandler } from '../../../../utils/define-api-handler'
import { listAdminPayments } from '../../../../utils/endpoints/admin'

export default defineApiHandler(listAdminPayments, ({ services, query }) => services.adminLooks.payments(query))
