import { MsgExec, MsgExecResponse, MsgGrant, MsgGrantResponse } from 'cosmjs-types/cosmos/authz/v1beta1/tx'
import { MsgMultiSend, MsgMultiSendResponse, MsgSend, MsgSendResponse } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import type { Coin as WireCoin } from 'cosmjs-types/cosmos/base/v1beta1/coin'
import type { Any } from 'cosmjs-types/google/protobuf/any'
import { MsgTransfer, MsgTransferResponse } from 'cosmjs-types/ibc/applications/transfer/v1/tx'
import { MsgAcknowledgement, MsgAcknowledgementResponse, MsgRecvPacket, MsgRecvPacketResponse, MsgTimeout, MsgTimeoutResponse, ResponseResultType } from 'cosmjs-types/ibc/core/channel/v1/tx'
import { MsgUpdateClient, MsgUpdateClientResponse } from 'cosmjs-types/ibc/core/client/v1/tx'
import type { Coin } from '../../shared/utils/coin'
import { parseAmount } from '../../shared/utils/coin'
import { isAddress } from './addresses'
import { dispatchActions, saveGrant } from './authz'
import { sendCoins, sendManyCoins } from './bank'
import { getClient, getConnection, updateClient } from './client'
import type { ExecutionContext } from './context'
import { revisionOf } from './context'
import { invalidAddress, invalidCoins, invalidRequest, unknownRequest } from './errors'
import { event } from './events'
import { acknowledgeForwarded, receiveForwarding, timeoutForwarded } from './forward'
import type { RelayResult } from './packets'
import { acknowledgePacket, getChannel, receivePacket, timeoutPacket } from './packets'
import { transfer } from './transfer'

/** A decoded message: who must sign it, what it costs, and what it does. */
export interface ChainMessage {
  readonly typeUrl: string
  readonly signer: string
  readonly gas: number
  /** `packet` and `client` messages are those that the redundancy check of CheckTx counts. */
  readonly kind: 'packet' | 'client' | 'other'
  /** Executes and returns the encoded response; emits its events. */
  execute(context: ExecutionContext): Uint8Array
  /** For `packet` messages: what would happen, for the redundancy check. */
  relay?(context: ExecutionContext): RelayResult
}

function coins(wire: readonly WireCoin[]): Coin[] {
  return wire.map(({ denom, amount }) => {
    const parsed = parseAmount(amount)
    if (!parsed || denom === '') throw invalidCoins(amount + denom)
    return { denom, amount: parsed }
  })
}

function checkAddress(context: ExecutionContext, address: string): void {
  if (!isAddress(context.spec.bech32Prefix, address)) throw invalidAddress(`invalid address ${address}`)
}

function send(typeUrl: string, bytes: Uint8Array): ChainMessage {
  const message = MsgSend.decode(bytes)
  return {
    typeUrl, signer: message.fromAddress, gas: 30_000, kind: 'other',
    execute(context) {
      checkAddress(context, message.toAddress)
      const sent = coins(message.amount)
      if (sent.length === 0) throw invalidCoins('')
      sendCoins(context, message.fromAddress, message.toAddress, sent)
      return MsgSendResponse.encode({}).finish()
    },
  }
}

function multiSend(typeUrl: string, bytes: Uint8Array): ChainMessage {
  const message = MsgMultiSend.decode(bytes)
  const input = message.inputs[0]
  return {
    typeUrl, signer: input?.address ?? '', gas: 20_000 + 15_000 * message.outputs.length, kind: 'other',
    execute(context) {
      if (!input || message.inputs.length > 1 || message.outputs.length === 0) throw invalidRequest('a multi-send takes one input and some outputs')
      const outputs = message.outputs.map(({ address, coins: wire }) => ({ address, coins: coins(wire) }))
      for (const { address } of outputs) checkAddress(context, address)
      const totals = new Map<string, bigint>()
      for (const { denom, amount } of outputs.flatMap(output => output.coins)) totals.set(denom, (totals.get(denom) ?? 0n) + amount)
      const given = coins(input.coins)
      if (given.length !== totals.size || given.some(({ denom, amount }) => totals.get(denom) !== amount)) throw invalidRequest('sum inputs != sum outputs')
      sendManyCoins(context, input.address, given, outputs)
      return MsgMultiSendResponse.encode({}).finish()
    },
  }
}

function grantMessage(typeUrl: string, bytes: Uint8Array): ChainMessage {
  const message = MsgGrant.decode(bytes)
  return {
    typeUrl, signer: message.granter, gas: 25_000, kind: 'other',
    execute(context) {
      saveGrant(context, message, granted => granted in decoders)
      return MsgGrantResponse.encode({}).finish()
    },
  }
}

/** The messages inside are no top-level messages: nothing that looks at a transaction's own sees them. */
function execMessage(typeUrl: string, bytes: Uint8Array): ChainMessage {
  const message = MsgExec.decode(bytes)
  const inner = message.msgs.map(decodeMessage)
  return {
    typeUrl, signer: message.grantee, gas: inner.reduce((sum, { gas }) => sum + gas, 10_000), kind: 'other',
    execute: context => MsgExecResponse.encode({ results: dispatchActions(context, message.grantee, inner) }).finish(),
  }
}

function transferMessage(typeUrl: string, bytes: Uint8Array): ChainMessage {
  const message = MsgTransfer.decode(bytes)
  return {
    typeUrl, signer: message.sender, gas: 55_000, kind: 'other',
    execute: context => MsgTransferResponse.encode({ sequence: transfer(context, message) }).finish(),
  }
}

function updateClientMessage(typeUrl: string, bytes: Uint8Array): ChainMessage {
  const message = MsgUpdateClient.decode(bytes)
  return {
    typeUrl, signer: message.signer, gas: 50_000, kind: 'client',
    execute(context) {
      updateClient(context, message)
      return MsgUpdateClientResponse.encode({}).finish()
    },
  }
}

function resultType(result: RelayResult): ResponseResultType {
  return result === 'noop' ? ResponseResultType.RESPONSE_RESULT_TYPE_NOOP : ResponseResultType.RESPONSE_RESULT_TYPE_SUCCESS
}

function receive(typeUrl: string, bytes: Uint8Array): ChainMessage {
  const message = MsgRecvPacket.decode(bytes)
  const relay = (context: ExecutionContext): RelayResult =>
    receivePacket(context, message, revisionOf(context.spec.chainId), (packet, channel) => receiveForwarding(context, packet, channel))
  return {
    typeUrl, signer: message.signer, gas: 90_000, kind: 'packet', relay,
    execute: context => MsgRecvPacketResponse.encode({ result: resultType(relay(context)) }).finish(),
  }
}

function acknowledge(typeUrl: string, bytes: Uint8Array): ChainMessage {
  const message = MsgAcknowledgement.decode(bytes)
  const relay = (context: ExecutionContext): RelayResult =>
    acknowledgePacket(context, message, packet => acknowledgeForwarded(context, packet, message.acknowledgement))
  return {
    typeUrl, signer: message.signer, gas: 40_000, kind: 'packet', relay,
    execute: context => MsgAcknowledgementResponse.encode({ result: resultType(relay(context)) }).finish(),
  }
}

function counterpartyRevision(context: ExecutionContext, portId: string, channelId: string): bigint {
  const channel = getChannel(context.state, portId, channelId)
  const connection = channel ? getConnection(context.state, channel.connectionId) : undefined
  const client = connection ? getClient(context.state, connection.clientId) : undefined
  return client ? revisionOf(client.chainId) : 0n
}

function timeout(typeUrl: string, bytes: Uint8Array): ChainMessage {
  const message = MsgTimeout.decode(bytes)
  const { sourcePort, sourceChannel } = message.packet
  const relay = (context: ExecutionContext): RelayResult =>
    timeoutPacket(context, message, counterpartyRevision(context, sourcePort, sourceChannel), packet => timeoutForwarded(context, packet))
  return {
    typeUrl, signer: message.signer, gas: 50_000, kind: 'packet', relay,
    execute: context => MsgTimeoutResponse.encode({ result: resultType(relay(context)) }).finish(),
  }
}

const decoders: Readonly<Record<string, (typeUrl: string, bytes: Uint8Array) => ChainMessage>> = {
  '/cosmos.authz.v1beta1.MsgExec': execMessage,
  '/cosmos.authz.v1beta1.MsgGrant': grantMessage,
  '/cosmos.bank.v1beta1.MsgSend': send,
  '/cosmos.bank.v1beta1.MsgMultiSend': multiSend,
  '/ibc.applications.transfer.v1.MsgTransfer': transferMessage,
  '/ibc.core.client.v1.MsgUpdateClient': updateClientMessage,
  '/ibc.core.channel.v1.MsgRecvPacket': receive,
  '/ibc.core.channel.v1.MsgAcknowledgement': acknowledge,
  '/ibc.core.channel.v1.MsgTimeout': timeout,
}

/** Throws code 2 or 6 for bytes or types that the chain does not know. */
export function decodeMessage(any: Any): ChainMessage {
  const decode = decoders[any.typeUrl]
  if (!decode) throw unknownRequest(`unable to resolve type URL ${any.typeUrl}`)
  return decode(any.typeUrl, any.value)
}

/** The event that precedes a message's own: its action and signer, and the module when it is the SDK's. */
export function actionEvent(message: ChainMessage): ReturnType<typeof event> {
  const module = /^\/cosmos\.(\w+)\./.exec(message.typeUrl)?.[1]
  return event('message', { action: message.typeUrl, sender: message.signer, ...(module ? { module } : {}) })
}
