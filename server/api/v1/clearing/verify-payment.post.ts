import { defineApiHandler } from '../../../utils/define-api-handler'
import { verifyPayment } from '../../../utils/endpoints/clearing'

export default defineApiHandler(verifyPayment, ({ services, body }) => services.verifyPayment(body))
