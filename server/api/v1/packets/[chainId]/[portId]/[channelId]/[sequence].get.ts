import { defineApiHandler } from '../../../../../../utils/define-api-handler'
import { getPacket } from '../../../../../../utils/endpoints/packets'
import { toPacketId } from '../../../../../../utils/to-packet-id'

export default defineApiHandler(getPacket, ({ services, params }) => services.getPacket(toPacketId(params)))
