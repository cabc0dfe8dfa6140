import type { Peer } from 'crossws'
import type { UpdatePeer } from './update-sessions'

export function toUpdatePeer(peer: Peer, network: string): UpdatePeer {
  return {
    id: peer.id,
    network,
    send: text => peer.send(text),
    close: (code, reason) => peer.close(code, reason),
    get bufferedBytes() {
      return peer.websocket.bufferedAmount
    },
  }
}
