import type { Coin } from '../../../shared/utils/coin'

/** One decoded top-level message of a tx, as far as payments care. */
export interface DecodedMessage {
  readonly index: number
  readonly typeUrl: string
  /** Present for /cosmos.bank.v1beta1.MsgSend only. */
  readonly send?: { readonly fromAddress: string, readonly toAddress: string, readonly coins: readonly Coin[] }
}

export interface EventAttribute {
  readonly key: string
  readonly value: string
}

export interface ChainEvent {
  readonly type: string
  readonly attributes: readonly EventAttribute[]
}

/** One of a tx's AuthInfo.signer_infos, which the block hash covers. For a tx that failed it is a claim: its signature may never have been checked. */
export interface TxSigner {
  /** null: of a key that does not tell. */
  readonly address: string | null
  readonly sequence: bigint
}

/** One tx of a block with its result. `memo` and `messages` are null when the bytes could not be decoded. */
export interface BlockTx {
  readonly index: number
  /** Upper-case hex of sha256(tx bytes); not unique over blocks. */
  readonly txHash: string
  readonly code: number
  readonly memo: string | null
  readonly messages: readonly DecodedMessage[] | null
  readonly signers: readonly TxSigner[]
  /** Not covered by the block hash: the word of whoever showed the block. */
  readonly events: readonly ChainEvent[]
}

/** A block whose txs were checked against the header's data_hash. */
export interface ScannedBlock {
  readonly chainId: string
  readonly height: bigint
  readonly time: Date
  /** Upper-case hex. */
  readonly blockHash: string
  readonly txs: readonly BlockTx[]
  readonly blockEvents: readonly ChainEvent[]
  /** Endpoint that served it (host only). */
  readonly endpoint: string
}

/** Key of its row: (chainId, height, txIndex, msgIndex, denom, toAddress). Block-level transfers have txIndex −1. */
export interface InboundTransfer {
  readonly chainId: string
  readonly height: bigint
  readonly blockTime: Date
  readonly txIndex: number
  readonly msgIndex: number
  readonly txHash: string | null
  readonly coin: Coin
  readonly fromAddress: string | null
  /** Our wallet that it reached. */
  readonly toAddress: string
  readonly memo: string
  /** `msg_send`: a decoded top-level MsgSend, the only kind that may credit. `other`: seen in bank events only. */
  readonly kind: 'msg_send' | 'other'
}
