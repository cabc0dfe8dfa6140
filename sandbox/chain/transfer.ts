import type { Packet } from 'cosmjs-types/ibc/core/channel/v1/channel'
import type { MsgTransfer } from 'cosmjs-types/ibc/applications/transfer/v1/tx'
import { parseAmount } from '../../shared/utils/coin'
import { escrowAddress, isAddress, localDenom, moduleAddress } from './addresses'
import { burnCoins, mintCoins, sendCoins } from './bank'
import type { ExecutionContext } from './context'
import { invalidAddress, invalidCoins, transferError } from './errors'
import type { ChainEvent } from './events'
import { asCallbackErrors, event } from './events'
import type { ChannelRecord } from './packets'
import { sendPacket } from './packets'
import { StateBranch } from './state'

/** ICS-20 packet body; `denom` is the full path (`transfer/channel-0/uatom`). */
export interface FungibleTokenPacket {
  readonly denom: string
  readonly amount: string
  readonly sender: string
  readonly receiver: string
  readonly memo?: string
}

const successAcknowledgement = Buffer.from('{"result":"AQ=="}')

/** ibc-go keeps the cause out of the acknowledgement: it holds the ABCI code only. */
export function errorAcknowledgement(code: number): Uint8Array {
  return Buffer.from(JSON.stringify({ error: `ABCI code: ${code}: error handling packet: see events for details` }))
}

const transferModule = event('message', { module: 'transfer' })

export function parsePacket(packet: Packet): FungibleTokenPacket {
  return JSON.parse(Buffer.from(packet.data).toString()) as FungibleTokenPacket
}

function tracedDenom(path: string): string {
  const parts = path.split('/')
  const trace: { port_id: string, channel_id: string }[] = []
  while (parts.length > 2 && parts[1]!.startsWith('channel-')) trace.push({ port_id: parts.shift()!, channel_id: parts.shift()! })
  return JSON.stringify({ base: parts.join('/'), trace: trace.length > 0 ? trace : null })
}

function fullPath(context: ExecutionContext, denom: string): string {
  if (!denom.startsWith('ibc/')) return denom
  const path = context.state.get(`denom|${denom.slice(4)}`)
  if (path === undefined) throw transferError(6, `${denom}: denomination not found`)
  return path
}

/** Executes MsgTransfer: escrows native coins, burns vouchers that go home, commits the packet. Returns the sequence. */
export function transfer(context: ExecutionContext, message: MsgTransfer): bigint {
  const { sourcePort, sourceChannel, sender, receiver, memo } = message
  const prefix = context.spec.bech32Prefix
  const amount = parseAmount(message.token.amount)
  if (!isAddress(prefix, sender)) throw invalidAddress(`string could not be parsed as address: ${sender}`)
  if (receiver.trim() === '' || receiver.length > 2048) throw invalidAddress('missing recipient address')
  if (!amount) throw invalidCoins(message.token.amount + message.token.denom)
  if (memo.length > 32_768) throw transferError(11, 'memo must not exceed 32768 bytes: invalid memo')
  if (message.timeoutTimestamp === 0n && message.timeoutHeight.revisionHeight === 0n) throw transferError(2, 'timeout height and timestamp cannot both be 0: invalid packet timeout')
  const path = fullPath(context, message.token.denom)
  const coin = { denom: message.token.denom, amount }
  if (path.startsWith(`${sourcePort}/${sourceChannel}/`)) {
    sendCoins(context, sender, moduleAddress(prefix, 'transfer'), [coin])
    burnCoins(context, 'transfer', coin)
  }
  else sendCoins(context, sender, escrowAddress(prefix, sourcePort, sourceChannel), [coin])
  const body: FungibleTokenPacket = { denom: path, amount: amount.toString(), sender, receiver, ...(memo ? { memo } : {}) }
  const packet = sendPacket(context, {
    sourcePort,
    sourceChannel,
    data: Buffer.from(JSON.stringify(body)),
    timeoutHeight: message.timeoutHeight,
    timeoutTimestamp: message.timeoutTimestamp,
  })
  context.events.push(event('ibc_transfer', { sender, receiver, denom: path, amount: amount.toString(), memo }), transferModule)
  return packet.sequence
}

function packetEvents(body: FungibleTokenPacket, failure: string | undefined): ChainEvent[] {
  return [
    event('fungible_token_packet', {
      sender: body.sender,
      receiver: body.receiver,
      denom: body.denom,
      amount: body.amount,
      memo: body.memo ?? '',
      success: String(failure === undefined),
      ...(failure === undefined ? {} : { error: failure }),
    }),
    transferModule,
  ]
}

/** Why the receiver cannot be paid, with the ABCI code that the acknowledgement will show (codespace ibc). */
function receiveFailure(context: ExecutionContext, body: FungibleTokenPacket): { code: number, detail: string } | undefined {
  if (!isAddress(context.spec.bech32Prefix, body.receiver)) return { code: 5, detail: `failed to decode receiver address: ${body.receiver}: invalid address` }
  if (body.receiver === moduleAddress(context.spec.bech32Prefix, 'fee_collector')) return { code: 2, detail: `${body.receiver} is not allowed to receive funds: unauthorized` }
  return undefined
}

/** What the receiving chain's bank calls the coin of a packet that comes in. */
export function receivedDenom(packet: Packet, body: FungibleTokenPacket): string {
  const home = `${packet.sourcePort}/${packet.sourceChannel}/`
  return localDenom(body.denom.startsWith(home) ? body.denom.slice(home.length) : `${packet.destinationPort}/${packet.destinationChannel}/${body.denom}`)
}

function payReceiver(context: ExecutionContext, packet: Packet, body: FungibleTokenPacket): void {
  const amount = BigInt(body.amount)
  const prefix = context.spec.bech32Prefix
  const home = `${packet.sourcePort}/${packet.sourceChannel}/`
  if (body.denom.startsWith(home)) {
    const escrow = escrowAddress(prefix, packet.destinationPort, packet.destinationChannel)
    sendCoins(context, escrow, body.receiver, [{ denom: localDenom(body.denom.slice(home.length)), amount }])
    return
  }
  const path = `${packet.destinationPort}/${packet.destinationChannel}/${body.denom}`
  const coin = { denom: localDenom(path), amount }
  context.state.set(`denom|${coin.denom.slice(4)}`, path)
  context.events.push(event('denomination', { denom_hash: coin.denom.slice(4), denom: tracedDenom(path) }))
  mintCoins(context, 'transfer', coin)
  sendCoins(context, moduleAddress(prefix, 'transfer'), body.receiver, [coin])
}

/** Receives on a branch of the state, so that a failed receive leaves nothing but its error acknowledgement. */
export function receiveTransfer(context: ExecutionContext, packet: Packet, _channel: ChannelRecord): { acknowledgement: Uint8Array, events: ChainEvent[] } {
  const body = parsePacket(packet)
  const failure = receiveFailure(context, body)
  if (failure) return { acknowledgement: errorAcknowledgement(failure.code), events: asCallbackErrors(packetEvents(body, failure.detail)) }
  const state = new StateBranch(context.state)
  const inner: ExecutionContext = { ...context, state, events: [] }
  payReceiver(inner, packet, body)
  state.writeTo(context.state)
  return { acknowledgement: successAcknowledgement, events: [...inner.events, ...packetEvents(body, undefined)] }
}

/** Gives the sender back exactly what left: unescrows, or mints the voucher anew. */
function refund(context: ExecutionContext, packet: Packet, body: FungibleTokenPacket): void {
  const prefix = context.spec.bech32Prefix
  const coin = { denom: localDenom(body.denom), amount: BigInt(body.amount) }
  if (body.denom.startsWith(`${packet.sourcePort}/${packet.sourceChannel}/`)) {
    mintCoins(context, 'transfer', coin)
    sendCoins(context, moduleAddress(prefix, 'transfer'), body.sender, [coin])
  }
  else sendCoins(context, escrowAddress(prefix, packet.sourcePort, packet.sourceChannel), body.sender, [coin])
}

export function acknowledgeTransfer(context: ExecutionContext, packet: Packet, acknowledgement: Uint8Array): void {
  const body = parsePacket(packet)
  const answer = JSON.parse(Buffer.from(acknowledgement).toString()) as { result?: string, error?: string }
  if (answer.error !== undefined) refund(context, packet, body)
  const shown = answer.error === undefined ? 'result:"\\001" ' : `error:${JSON.stringify(answer.error)} `
  context.events.push(
    event('fungible_token_packet', { sender: body.sender, receiver: body.receiver, denom: body.denom, amount: body.amount, memo: body.memo ?? '', acknowledgement: shown }),
    transferModule,
    event('fungible_token_packet', answer.error === undefined ? { success: '\u0001' } : { error: answer.error }),
  )
}

export function timeoutTransfer(context: ExecutionContext, packet: Packet): void {
  const body = parsePacket(packet)
  refund(context, packet, body)
  context.events.push(
    event('timeout', { receiver: body.sender, refund_tokens: `{"denom":${tracedDenom(body.denom)},"amount":"${body.amount}"}`, memo: body.memo ?? '' }),
    transferModule,
  )
}
