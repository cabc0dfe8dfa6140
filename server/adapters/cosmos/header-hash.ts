import type { comet38 } from '@cosmjs/tendermint-rpc'
import { BinaryWriter } from 'cosmjs-types/binary'
import { Timestamp } from 'cosmjs-types/google/protobuf/timestamp'
import { BlockID } from 'cosmjs-types/tendermint/types/types'
import { Consensus } from 'cosmjs-types/tendermint/version/types'
import { merkleRoot } from './merkle'

// Tags of field 1 of google.protobuf's wrapper messages.
const delimited = 10
const varint = 8

function wrapped(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? new Uint8Array() : new BinaryWriter().uint32(delimited).bytes(bytes).finish()
}

function timestamp(time: comet38.Header['time']): Uint8Array {
  const ms = BigInt(time.getTime())
  return Timestamp.encode({ seconds: ms / 1000n, nanos: Number(ms % 1000n) * 1_000_000 + (time.nanoseconds ?? 0) }).finish()
}

function blockId(id: comet38.Header['lastBlockId']): Uint8Array {
  return BlockID.encode(BlockID.fromPartial(id ? { hash: id.hash, partSetHeader: id.parts } : { partSetHeader: {} })).finish()
}

/**
 * The block hash that this header has (CometBFT `Header.Hash`: merkle root over its fields in order, each in its protobuf
 * form). Only a hash computed from what was read says that two nodes showed the same block.
 */
export function headerHash(header: comet38.Header): Uint8Array {
  return merkleRoot([
    Consensus.encode(Consensus.fromPartial({ block: BigInt(header.version.block), app: BigInt(header.version.app) })).finish(),
    wrapped(new TextEncoder().encode(header.chainId)),
    new BinaryWriter().uint32(varint).int64(BigInt(header.height)).finish(),
    timestamp(header.time),
    blockId(header.lastBlockId),
    ...[
      header.lastCommitHash, header.dataHash, header.validatorsHash, header.nextValidatorsHash, header.consensusHash,
      header.appHash, header.lastResultsHash, header.evidenceHash, header.proposerAddress,
    ].map(wrapped),
  ])
}
