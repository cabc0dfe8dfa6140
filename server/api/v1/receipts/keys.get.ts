import { defineApiHandler } from '../../../utils/define-api-handler'
import { getReceiptKeys } from '../../../utils/endpoints/receipts'

export default defineApiHandler(getReceiptKeys, async ({ services }) => ({ keys: [services.receiptKey] }))
