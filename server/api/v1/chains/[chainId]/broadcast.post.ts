import { defineApiHandler } from '../../../../utils/define-api-handler'
import { broadcast } from '../../../../utils/endpoints/chains'

export default defineApiHandler(broadcast, ({ services, params, body }) =>
  services.broadcastPayment({ chainId: params.chainId, txBytes: new Uint8Array(Buffer.from(body.txBytes, 'base64')) }))
