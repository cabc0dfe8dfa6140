import { defineApiHandler } from '../../../../utils/define-api-handler'
import { getClearingStatus } from '../../../../utils/endpoints/clearing'

export default defineApiHandler(getClearingStatus, ({ services, params }) => services.getClearingStatus(params.token))
