import type { Any } from 'cosmjs-types/google/protobuf/any'
import type { Packet } from 'cosmjs-types/ibc/core/channel/v1/channel'
import { MsgAcknowledgement, MsgRecvPacket, MsgTimeout } from 'cosmjs-types/ibc/core/channel/v1/tx'
import { MsgUpdateClient } from 'cosmjs-types/ibc/core/client/v1/tx'
import { Header } from 'cosmjs-types/ibc/lightclients/tendermint/v1/tendermint'
import { timestampOf } from '../chain/blocks'
import type { Chain } from '../chain/chain'
import { revisionOf } from '../chain/context'
import { sha256 } from '../chain/merkle'

/** Proofs are opaque here: the receiving chain looks at the proven chain itself. The bytes keep a real size. */
const opaqueProof = Buffer.concat(Array.from({ length: 20 }, (_, index) => sha256(`proof ${index}`)))

function proofHeight(proven: Chain, height: number) {
  return { revisionNumber: revisionOf(proven.spec.chainId), revisionHeight: BigInt(height) }
}

/** MsgUpdateClient that carries the header of `proven` at `height`. */
export function updateClientMessage(proven: Chain, height: number, clientId: string, signer: string): Any {
  const { header } = proven.block(height)!
  const carried = Header.fromPartial({
    signedHeader: {
      header: {
        chainId: header.chainId,
        height: BigInt(height),
        time: timestampOf(header.timeNs),
        appHash: header.appHash,
        validatorsHash: header.validatorsHash,
        nextValidatorsHash: header.nextValidatorsHash,
        proposerAddress: header.proposerAddress,
      },
    },
    trustedHeight: proofHeight(proven, 1),
  })
  const clientMessage = { typeUrl: '/ibc.lightclients.tendermint.v1.Header', value: Header.encode(carried).finish() }
  return { typeUrl: '/ibc.core.client.v1.MsgUpdateClient', value: MsgUpdateClient.encode({ clientId, clientMessage, signer }).finish() }
}

export function receiveMessage(packet: Packet, proven: Chain, height: number, signer: string): Any {
  const value = MsgRecvPacket.encode({ packet, proofCommitment: opaqueProof, proofHeight: proofHeight(proven, height), signer }).finish()
  return { typeUrl: '/ibc.core.channel.v1.MsgRecvPacket', value }
}

export function acknowledgementMessage(packet: Packet, acknowledgement: Uint8Array, proven: Chain, height: number, signer: string): Any {
  const value = MsgAcknowledgement.encode({ packet, acknowledgement, proofAcked: opaqueProof, proofHeight: proofHeight(proven, height), signer }).finish()
  return { typeUrl: '/ibc.core.channel.v1.MsgAcknowledgement', value }
}

export function timeoutMessage(packet: Packet, proven: Chain, height: number, signer: string): Any {
  const value = MsgTimeout.encode({ packet, proofUnreceived: opaqueProof, proofHeight: proofHeight(proven, height), nextSequenceRecv: 1n, signer }).finish()
  return { typeUrl: '/ibc.core.channel.v1.MsgTimeout', value }
}
