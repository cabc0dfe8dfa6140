import { defineApiHandler } from '../../../../utils/define-api-handler'
import { getReceipt } from '../../../../utils/endpoints/receipts'

export default defineApiHandler(getReceipt, ({ services, params }) => services.signReceipt(params.token))
