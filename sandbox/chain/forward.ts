import { MsgTransfer } from 'cosmjs-types/ibc/applications/transfer/v1/tx'
import { Packet } from 'cosmjs-types/ibc/core/channel/v1/channel'
import { escrowAddress, moduleAddress } from './addresses'
import { burnCoins, sendCoins } from './bank'
import type { ExecutionContext } from './context'
import { AbciError } from './errors'
import type { ChainEvent } from './events'
import type { ChannelRecord } from './packets'
import { writeAcknowledgement } from './packets'
import type { StateWriter } from './state'
import { StateBranch } from './state'
import type { FungibleTokenPacket } from './transfer'
import { acknowledgeTransfer, errorAcknowledgement, parsePacket, receivedDenom, receiveTransfer, timeoutTransfer, transfer } from './transfer'

/** `{"forward":{…}}` of a packet's memo (source: packet-forward-middleware). Retries are not modelled: a timeout ends it. */
interface Forward {
  readonly receiver: string
  readonly port: string
  readonly channel: string
  /** `10m`; five minutes without. */
  readonly timeout?: string
  readonly next?: object
}

const unitSeconds: Readonly<Record<string, bigint>> = { s: 1n, m: 60n, h: 3_600n }

function readForward(memo: string | undefined): Forward | undefined {
  try {
    const { forward } = JSON.parse(memo ?? '') as { forward?: Forward }
    return forward?.receiver && forward.port && forward.channel ? forward : undefined
  }
  catch {
    return undefined // an ordinary memo
  }
}

function timeoutNs({ timeout = '5m' }: Forward): bigint {
  const [, count = '5', unit = 'm'] = /^(\d+)([smh])$/.exec(timeout) ?? []
  return BigInt(count) * unitSeconds[unit]! * 1_000_000_000n
}

const forwardKey = (portId: string, channelId: string, sequence: bigint): string => `forwarded|${portId}|${channelId}|${sequence}`

/** Holds what is being forwarded, one address per channel and sender. */
function intermediary(context: ExecutionContext, packet: Packet, body: FungibleTokenPacket): string {
  return moduleAddress(context.spec.bech32Prefix, `packetforward/${packet.destinationChannel}/${body.sender}`)
}

const heldKey = 'acknowledgements|held'

/** While held, what is received and paid out gets no acknowledgement: neither then nor later. */
export function holdAcknowledgements(state: StateWriter, held: boolean): void {
  if (held) state.set(heldKey, '1')
  else state.delete(heldKey)
}

function receiveOrdinary(context: ExecutionContext, packet: Packet, channel: ChannelRecord): { acknowledgement: Uint8Array | null, events: ChainEvent[] } {
  const received = receiveTransfer(context, packet, channel)
  return context.state.get(heldKey) === undefined ? received : { ...received, acknowledgement: null }
}

/** Receives as ICS-20 does; a memo that asks for it has the coins sent on at once, and the acknowledgement waits for that packet. */
export function receiveForwarding(context: ExecutionContext, packet: Packet, channel: ChannelRecord): { acknowledgement: Uint8Array | null, events: ChainEvent[] } {
  const body = parsePacket(packet)
  const forward = readForward(body.memo)
  if (!forward) return receiveOrdinary(context, packet, channel)
  const state = new StateBranch(context.state)
  const inner: ExecutionContext = { ...context, state, events: [] }
  const holder = intermediary(context, packet, body)
  try {
    const received = receiveTransfer(inner, Packet.fromPartial({ ...packet, data: Buffer.from(JSON.stringify({ ...body, receiver: holder })) }), channel)
    const sequence = transfer(inner, MsgTransfer.fromPartial({
      sourcePort: forward.port, sourceChannel: forward.channel, sender: holder, receiver: forward.receiver,
      token: { denom: receivedDenom(packet, body), amount: body.amount },
      timeoutTimestamp: context.timeNs + timeoutNs(forward),
      memo: forward.next ? JSON.stringify(forward.next) : '',
    }))
    state.set(forwardKey(forward.port, forward.channel, sequence), Buffer.from(Packet.encode(packet).finish()).toString('hex'))
    state.writeTo(context.state)
    return { acknowledgement: null, events: [...received.events, ...inner.events] }
  }
  catch (cause) {
    if (!(cause instanceof AbciError)) throw cause
    return { acknowledgement: errorAcknowledgement(cause.code), events: [] }
  }
}

/** Takes back what the receiver of a forwarded packet was paid for it. */
function revertReceive(context: ExecutionContext, original: Packet): void {
  const body = parsePacket(original)
  const prefix = context.spec.bech32Prefix
  const coin = { denom: receivedDenom(original, body), amount: BigInt(body.amount) }
  const holder = intermediary(context, original, body)
  if (body.denom.startsWith(`${original.sourcePort}/${original.sourceChannel}/`)) {
    sendCoins(context, holder, escrowAddress(prefix, original.destinationPort, original.destinationChannel), [coin])
    return
  }
  sendCoins(context, holder, moduleAddress(prefix, 'transfer'), [coin])
  burnCoins(context, 'transfer', coin)
}

/** The end of a forwarded packet answers the one it carried on. */
function answerOriginal(context: ExecutionContext, { sourcePort, sourceChannel, sequence }: Packet, acknowledgement: Uint8Array): void {
  const key = forwardKey(sourcePort, sourceChannel, sequence)
  const text = context.state.get(key)
  if (text === undefined) return
  const original = Packet.decode(Buffer.from(text, 'hex'))
  if (Buffer.from(acknowledgement).toString().includes('"error"')) revertReceive(context, original)
  context.state.delete(key)
  writeAcknowledgement(context, original, acknowledgement)
}

export function acknowledgeForwarded(context: ExecutionContext, packet: Packet, acknowledgement: Uint8Array): void {
  acknowledgeTransfer(context, packet, acknowledgement)
  answerOriginal(context, packet, acknowledgement)
}

export function timeoutForwarded(context: ExecutionContext, packet: Packet): void {
  timeoutTransfer(context, packet)
  answerOriginal(context, packet, errorAcknowledgement(1))
}
