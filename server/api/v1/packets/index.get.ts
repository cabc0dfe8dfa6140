import { defineApiHandler } from '../../../utils/define-api-handler'
import { searchPackets } from '../../../utils/endpoints/packets'

export default defineApiHandler(searchPackets, ({ services, query }) => services.searchPackets(query))
