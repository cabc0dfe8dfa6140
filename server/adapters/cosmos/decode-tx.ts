import { rawSecp256k1PubkeyToRawAddress } from '@cosmjs/amino'
import { toBech32 } from '@cosmjs/encoding'
import { BinaryReader } from 'cosmjs-types/binary'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys'
import { AuthInfo, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { MsgAcknowledgement, MsgRecvPacket, MsgTimeout, MsgTimeoutOnClose } from 'cosmjs-types/ibc/core/channel/v1/tx'
import type { Packet } from 'cosmjs-types/ibc/core/channel/v1/channel'
import { MsgTransfer } from 'cosmjs-types/ibc/applications/transfer/v1/tx'
import { parseAmount, type Coin } from '../../../shared/utils/coin'
import { DomainError } from '../../domain/errors'
import type { DecodedMessage, TxSigner } from '../../domain/payment/inbound'
import type { TxDecoder } from '../../usecases/ports'

const msgSendType = '/cosmos.bank.v1beta1.MsgSend'

export interface DecodedTx {
  readonly memo: string
  readonly messages: readonly DecodedMessage[]
}

/** Only in the canonical encoding (ADR-027): what two decoders could read differently, such as overlong UTF-8, is not read. */
function decodeSend(value: Uint8Array): DecodedMessage['send'] {
  const decoded = MsgSend.decode(value)
  if (Buffer.compare(MsgSend.encode(decoded).finish(), value) !== 0) return undefined
  const { fromAddress, toAddress, amount } = decoded
  const coins: Coin[] = []
  for (const { denom, amount: text } of amount) {
    const parsed = parseAmount(text)
    // The chain refuses such a tx; a node that shows one as executed is not believed.
    if (parsed === undefined) return undefined
    coins.push({ denom, amount: parsed })
  }
  return { fromAddress, toAddress, coins }
}

const memoField = 2

/**
 * The memo of a TxBody, decoded strictly: invalid or overlong UTF-8 and NUL become U+FFFD, so that no odd byte can read
 * as a memo code or upset a database. The last of several memo fields counts, as for every protobuf reader.
 */
function readMemoText(bodyBytes: Uint8Array): string {
  const reader = new BinaryReader(bodyBytes)
  let memo = new Uint8Array()
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === memoField && (tag & 7) === 2) memo = new Uint8Array(reader.bytes())
    else reader.skipType(tag & 7)
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(memo).replaceAll('\0', '\uFFFD')
}

/** Memo and top-level messages of a raw tx; null when the bytes are not a tx that we can read. Never throws. */
export function decodeTx(bytes: Uint8Array): DecodedTx | null {
  try {
    const { bodyBytes } = TxRaw.decode(bytes)
    const body = TxBody.decode(bodyBytes)
    const messages = body.messages.map(({ typeUrl, value }, index) => {
      const send = typeUrl === msgSendType ? decodeSend(value) : undefined
      return { index, typeUrl, ...(send ? { send } : {}) }
    })
    return { memo: readMemoText(bodyBytes), messages }
  }
  catch {
    return null
  }
}

/** The messages that carry a packet a step. */
const relayMessages: Readonly<Record<string, (value: Uint8Array) => { readonly signer: string, readonly packet?: Packet }>> = {
  '/ibc.core.channel.v1.MsgRecvPacket': value => MsgRecvPacket.decode(value),
  '/ibc.core.channel.v1.MsgAcknowledgement': value => MsgAcknowledgement.decode(value),
  '/ibc.core.channel.v1.MsgTimeout': value => MsgTimeout.decode(value),
  '/ibc.core.channel.v1.MsgTimeoutOnClose': value => MsgTimeoutOnClose.decode(value),
}

const senders: Readonly<Record<string, (value: Uint8Array) => string>> = {
  '/ibc.applications.transfer.v1.MsgTransfer': value => MsgTransfer.decode(value).sender,
  [msgSendType]: value => MsgSend.decode(value).fromAddress,
}

function topLevelMessage(bytes: Uint8Array, index: number): { typeUrl: string, value: Uint8Array } | undefined {
  try {
    return TxBody.decode(TxRaw.decode(bytes).bodyBytes).messages[index]
  }
  catch {
    return undefined
  }
}

/** null: a kind that is not in `readers`, or not readable. */
function readMessage<T>(bytes: Uint8Array, index: number, readers: Readonly<Record<string, (value: Uint8Array) => T>>): T | null {
  const message = topLevelMessage(bytes, index)
  try {
    return (message && readers[message.typeUrl]?.(message.value)) ?? null
  }
  catch {
    return null
  }
}

/** Who signed the top-level message `index` of a raw tx; null for kinds we do not read. */
export function messageSigner(bytes: Uint8Array, index: number): string | null {
  return readMessage(bytes, index, relayMessages)?.signer ?? readMessage(bytes, index, senders)
}

/** The packet that the top-level message `index` of a raw tx relays; null for anything else. */
export function messagePacket(bytes: Uint8Array, index: number): { readonly source: { readonly portId: string, readonly channelId: string }, readonly sequence: bigint } | null {
  const packet = readMessage(bytes, index, relayMessages)?.packet
  return packet ? { source: { portId: packet.sourcePort, channelId: packet.sourceChannel }, sequence: packet.sequence } : null
}

const acknowledgements = { '/ibc.core.channel.v1.MsgAcknowledgement': (value: Uint8Array) => MsgAcknowledgement.decode(value).acknowledgement }

/** The acknowledgement bytes that a top-level MsgAcknowledgement delivered; null for anything else. */
export function deliveredAcknowledgement(bytes: Uint8Array, index: number): Uint8Array | null {
  return readMessage(bytes, index, acknowledgements)
}

const secp256k1Type = '/cosmos.crypto.secp256k1.PubKey'

/**
 * Who signed a raw tx, by its AuthInfo; empty when that cannot be read. Accounts with another kind of key, or that left it
 * out, are known by the first message, if nobody else signed. Never throws.
 */
export function txSigners(bytes: Uint8Array, bech32Prefix: string): readonly TxSigner[] {
  try {
    const { signerInfos } = AuthInfo.decode(TxRaw.decode(bytes).authInfoBytes)
    return signerInfos.map(({ publicKey, sequence }) => {
      if (publicKey?.typeUrl === secp256k1Type) return { address: toBech32(bech32Prefix, rawSecp256k1PubkeyToRawAddress(PubKey.decode(publicKey.value).key)), sequence }
      return { address: signerInfos.length === 1 ? messageSigner(bytes, 0) : null, sequence }
    })
  }
  catch {
    return []
  }
}

function refuse(reason: string): never {
  throw new DomainError('transaction_not_a_payment', reason, { nextStep: 'Send a signed transaction whose only message is a bank MsgSend to the payment address.' })
}

/** Decoder for the broadcast call: exactly one top-level MsgSend in a signed TxRaw, nothing else. */
export function makeTxDecoder(): TxDecoder {
  return {
    singleSend(txBytes) {
      const decoded = decodeTx(txBytes)
      const raw = decoded ? TxRaw.decode(txBytes) : null
      if (!decoded || !raw || raw.signatures.length === 0) return refuse('These bytes are not a signed transaction')
      try {
        AuthInfo.decode(raw.authInfoBytes)
      }
      catch {
        return refuse('These bytes are not a signed transaction')
      }
      const [message, ...others] = decoded.messages
      if (!message?.send || others.length > 0) return refuse('The transaction must hold exactly one message, a bank MsgSend')
      return { ...message.send, memo: decoded.memo }
    },
  }
}
