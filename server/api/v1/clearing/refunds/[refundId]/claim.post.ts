import { defineApiHandler } from '../../../../../utils/define-api-handler'
import { claimRefund } from '../../../../../utils/endpoints/clearing'

export default defineApiHandler(claimRefund, ({ services, params, body }) => services.claimRefund({ ...params, ...body }))
