import { defineApiHandler } from '../../../../utils/define-api-handler'
import { previewQuote } from '../../../../utils/endpoints/clearing'
import { toPacketId } from '../../../../utils/to-packet-id'

export default defineApiHandler(previewQuote, ({ services, body }) =>
  services.previewQuote({ paymentChainId: body.paymentChainId, packets: body.packets.map(toPacketId) }))
