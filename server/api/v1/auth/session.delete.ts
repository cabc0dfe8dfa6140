import { defineApiHandler } from '../../../utils/define-api-handler'
import { deleteAuthSession } from '../../../utils/endpoints/auth'
import { dropSessionSecret, readSessionSecret } from '../../../utils/session-cookie'

export default defineApiHandler(deleteAuthSession, async ({ services, event }) => {
  const { publicUrl } = services.config
  const secret = readSessionSecret(event, publicUrl)
  if (secret !== null) await services.signOut(secret)
  dropSessionSecret(event, publicUrl)
  return null
})
