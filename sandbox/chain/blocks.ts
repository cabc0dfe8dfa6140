import { BinaryWriter } from 'cosmjs-types/binary'
import { Timestamp } from 'cosmjs-types/google/protobuf/timestamp'
import { BlockID } from 'cosmjs-types/tendermint/types/types'
import { Consensus } from 'cosmjs-types/tendermint/version/types'
import type { ChainEvent } from './events'
import { merkleRoot } from './merkle'

/** Result of one transaction in a block, as FinalizeBlock reports it. */
export interface TransactionResult {
  readonly code: number
  readonly codespace: string
  readonly log: string
  /** Encoded TxMsgData. */
  readonly data: Uint8Array
  readonly gasWanted: number
  readonly gasUsed: number
  readonly events: readonly ChainEvent[]
}

export interface BlockTransaction {
  readonly bytes: Uint8Array
  /** Upper-case hex. */
  readonly hash: string
  readonly result: TransactionResult
}

export interface BlockId {
  readonly hash: Uint8Array
  readonly partsHash: Uint8Array
}

export interface BlockHeader {
  readonly chainId: string
  readonly height: number
  readonly timeNs: bigint
  readonly lastBlockId: BlockId | undefined
  readonly lastCommitHash: Uint8Array
  readonly dataHash: Uint8Array
  readonly validatorsHash: Uint8Array
  readonly nextValidatorsHash: Uint8Array
  readonly consensusHash: Uint8Array
  readonly appHash: Uint8Array
  readonly lastResultsHash: Uint8Array
  readonly evidenceHash: Uint8Array
  readonly proposerAddress: Uint8Array
}

export interface Block {
  readonly id: BlockId
  readonly header: BlockHeader
  readonly transactions: readonly BlockTransaction[]
  /** State root after this block (it appears in the next header). */
  readonly appHashAfter: Uint8Array
}

export function timestampOf(timeNs: bigint): Timestamp {
  return { seconds: timeNs / 1_000_000_000n, nanos: Number(timeNs % 1_000_000_000n) }
}

// Tag of field 1 of google.protobuf's wrapper messages, length-delimited or varint.
const delimitedTag = 10
const varintTag = 8

function bytesLeaf(value: Uint8Array): Uint8Array {
  return value.length === 0 ? new Uint8Array() : new BinaryWriter().uint32(delimitedTag).bytes(value).finish()
}

function blockIdLeaf(id: BlockId | undefined): Uint8Array {
  return BlockID.encode(BlockID.fromPartial(id ? { hash: id.hash, partSetHeader: { total: 1, hash: id.partsHash } } : { partSetHeader: {} })).finish()
}

/** Block hash: merkle root over the header's fields in order, each in its protobuf form (CometBFT `Header.Hash`). */
export function headerHash(header: BlockHeader): Uint8Array {
  return merkleRoot([
    Consensus.encode(Consensus.fromPartial({ block: 11n })).finish(),
    new BinaryWriter().uint32(delimitedTag).string(header.chainId).finish(),
    new BinaryWriter().uint32(varintTag).int64(BigInt(header.height)).finish(),
    Timestamp.encode(timestampOf(header.timeNs)).finish(),
    blockIdLeaf(header.lastBlockId),
    bytesLeaf(header.lastCommitHash),
    bytesLeaf(header.dataHash),
    bytesLeaf(header.validatorsHash),
    bytesLeaf(header.nextValidatorsHash),
    bytesLeaf(header.consensusHash),
    bytesLeaf(header.appHash),
    bytesLeaf(header.lastResultsHash),
    bytesLeaf(header.evidenceHash),
    bytesLeaf(header.proposerAddress),
  ])
}
