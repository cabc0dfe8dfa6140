import { defineApiHandler } from '../../../utils/define-api-handler'
import { walletSign } from '../../../utils/endpoints/auth'
import { readSessionSecret, writeSessionSecret } from '../../../utils/session-cookie'

export default defineApiHandler(walletSign, async ({ services, body, event }) => {
  const { publicUrl } = services.config
  const { sessionSecret, session, expiresAt } = await services.signIn({ ...body, replacedSecret: readSessionSecret(event, publicUrl) })
  writeSessionSecret(event, publicUrl, sessionSecret, expiresAt)
  return { session }
})
