import { defineApiHandler } from '../../../utils/define-api-handler'
import { getAdminHealth } from '../../../utils/endpoints/admin'

export default defineApiHandler(getAdminHealth, ({ services }) => services.adminLooks.health())
