import { defineApiHandler } from '../../../utils/define-api-handler'
import { requestToken } from '../../../utils/endpoints/clearing'
import { toPacketId } from '../../../utils/to-packet-id'

export default defineApiHandler(requestToken, ({ services, body, requester }) => services.requestToken({
  walletAddress: body.walletAddress,
  paymentChainId: body.paymentChainId,
  packets: body.packets.map(toPacketId),
  requester,
}))
