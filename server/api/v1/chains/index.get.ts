import { defineApiHandler } from '../../../utils/define-api-handler'
import { listChains } from '../../../utils/endpoints/chains'

export default defineApiHandler(listChains, async ({ services }) => ({ items: await services.listChains() }))
