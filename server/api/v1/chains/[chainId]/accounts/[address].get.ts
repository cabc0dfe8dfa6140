import { defineApiHandler } from '../../../../../utils/define-api-handler'
import { getAccount } from '../../../../../utils/endpoints/chains'

export default defineApiHandler(getAccount, ({ services, params }) => services.getAccount(params))
