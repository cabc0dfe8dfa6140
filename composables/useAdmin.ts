import type { AdminAct } from '#shared/schemas/admin'
import { AdminService, signedActions } from '~/services/admin'

/** The admin's calls; acts that move money are signed by the wallet first. */
export function useAdmin() {
  const event = useRequestEvent()
  const service = new AdminService({ fetch: event && import.meta.server ? (input, init) => event.fetch(String(input), init) : (input, init) => fetch(input, init) })
  const { signText } = useWallet()

  /** Rejects with ApiProblem or WalletFailure. Answers in words. */
  async function perform(act: AdminAct): Promise<string> {
    if (!signedActions.has(act.action)) return (await service.perform(act)).sentence
    const { challengeId, text } = await service.challenge(act)
    return (await service.perform(act, { challengeId, ...await signText(text) })).sentence
  }
  return { inbox: () => service.inbox(), perform }
}
