import type { Peer } from 'crossws'
import { defineWebSocketHandler } from 'h3'
import { callerNetwork } from '../../../utils/caller'
import { toUpdatePeer } from '../../../utils/update-peer'
import { isOwnOrigin } from '../../../utils/session-cookie'
import { UpdateSessions } from '../../../utils/update-sessions'
import { servicesReady, useServices } from '../../../utils/use-services'

let sessions: UpdateSessions | undefined
const current = () => sessions ??= new UpdateSessions(useServices())
const networkOf = (peer: Peer) => callerNetwork(peer.remoteAddress, peer.request.headers.get('x-forwarded-for') ?? undefined, useServices().config.trustedProxies)

/** `{ "subscribe": token, "afterEventId": n }` → the operation's events as they are committed; see the shared schema. */
export default defineWebSocketHandler({
  async upgrade(request) {
    await servicesReady(20_000)
    const { config } = useServices()
    const headers = new Headers(request.headers)
    if (!isOwnOrigin(headers.get('origin'), headers.get('host'), config.publicUrl)) return new Response('foreign origin', { status: 403 })
  },
  open: peer => current().open(toUpdatePeer(peer, networkOf(peer))),
  async message(peer, message) {
    const { rateLimiter, ipKey } = useServices()
    try {
      await rateLimiter.consume('reads', ipKey(networkOf(peer)))
    }
    catch {
      // Whatever the limiter says: a client that floods is let go and may come back later.
      return peer.close(1013, 'too many messages')
    }
    await current().receive(peer.id, message.text())
  },
  close: peer => sessions?.close(peer.id),
  error: peer => sessions?.close(peer.id),
})
