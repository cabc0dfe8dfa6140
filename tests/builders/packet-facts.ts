import type { Answer, ClientTrust, PacketFacts, PacketLeg, RouteFacts, SentPacket } from '../../server/domain/packet/facts'

export const packetNow = new Date('2026-11-24T12:00:00Z')
export const minutesBefore = (minutes: number) => new Date(packetNow.getTime() - minutes * 60_000)
export const nanoseconds = (date: Date) => BigInt(date.getTime()) * 1_000_000n

export function known<T>(value: T, height = 100n): Answer<T> {
  return { known: true, value, height, endpointCount: 1 }
}
export const unanswered = { known: false, reason: 'nobody answered' } as const

export function aSentPacket(changes: Partial<SentPacket> = {}): SentPacket {
  return {
    timeoutHeight: null,
    timeoutTimestampNs: nanoseconds(minutesBefore(-600)),
    transfer: { sender: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl', receiver: 'osmo12ecyuddg4wlnhztusgju5zxxjgznkz7fcj8wqj', coin: { denom: 'uatom', amount: 1_500_000n }, localDenom: 'uatom', memo: '' },
    ...changes,
  }
}

export function aSendLeg(minutesAgo = 180): PacketLeg {
  return { leg: 'send', chainId: 'ibc-a', height: 50n, time: minutesBefore(minutesAgo), txHash: 'AB'.repeat(32), signer: null }
}

/** A packet sent three hours ago, not received: stuck. */
export function somePacketFacts(changes: Partial<PacketFacts> = {}): PacketFacts {
  return {
    id: { chainId: 'ibc-a', portId: 'transfer', channelId: 'channel-0', sequence: 5n },
    destination: { chainId: 'ibc-b', portId: 'transfer', channelId: 'channel-7' },
    commitment: known(true),
    nextSequenceSend: known(9n),
    received: known(false),
    acknowledgement: known('none'),
    sourceTip: known({ height: 100n, time: packetNow }),
    destinationTip: known({ height: 100n, time: packetNow }),
    sent: known(aSentPacket()),
    legs: [aSendLeg()],
    finishedBy: unanswered,
    ...changes,
  }
}

/** Updated an hour ago, trusted for ten days. */
export function someClientTrust(changes: Partial<ClientTrust> = {}): ClientTrust {
  return { clientId: '07-tendermint-4', trustingPeriodSeconds: 864_000n, newestHeaderTime: minutesBefore(60), frozen: false, ...changes }
}

export function someRouteFacts(changes: Partial<RouteFacts> = {}): RouteFacts {
  return {
    source: { chainId: 'ibc-a', portId: 'transfer', channelId: 'channel-0' },
    destination: { chainId: 'ibc-b', portId: 'transfer', channelId: 'channel-7' },
    ordering: 'unordered',
    sourceChannelState: known('open'),
    destinationChannelState: known('open'),
    destinationClientStatus: known('Active'),
    sourceClientStatus: known('Active'),
    destinationClientTrust: known(someClientTrust()),
    sourceClientTrust: known(someClientTrust()),
    ...changes,
  }
}
