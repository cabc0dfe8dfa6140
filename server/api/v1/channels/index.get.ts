import { defineApiHandler } from '../../../utils/define-api-handler'
import { listChannels } from '../../../utils/endpoints/channels'

export default defineApiHandler(listChannels, ({ services }) => services.listChannels())
