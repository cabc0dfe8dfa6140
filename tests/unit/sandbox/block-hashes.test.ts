import { describe, expect, it } from 'vitest'
import type { BlockHeader } from '../../../sandbox/chain/blocks'
import { headerHash } from '../../../sandbox/chain/blocks'
import { transactionsHash, upperHex } from '../../../sandbox/chain/merkle'
import { QueryPacketCommitmentsResponse } from 'cosmjs-types/ibc/core/channel/v1/query'
import { Packet } from 'cosmjs-types/ibc/core/channel/v1/channel'
import { packetCommitment } from '../../../sandbox/chain/packets'
import type { EventView } from './world'
import { captured } from './world'

interface CapturedBlock {
  readonly block_id: { readonly hash: string }
  readonly block: {
    readonly header: Record<string, string> & { readonly last_block_id: { readonly hash: string, readonly parts: { readonly hash: string } } }
    readonly data: { readonly txs: string[] }
  }
}

const hex = (text: string | undefined): Uint8Array => Buffer.from(text ?? '', 'hex')

function timeNs(iso: string): bigint {
  const [seconds = '', fraction = ''] = iso.replace('Z', '').split('.')
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

describe('hashes of blocks', () => {
  const { block, block_id: id } = captured<CapturedBlock>('rpc_block_with_send')

  it('gives the data hash of a captured block from its transactions', () => {
    expect(upperHex(transactionsHash(block.data.txs.map(tx => Buffer.from(tx, 'base64'))))).toBe(block.header.data_hash)
  })

  it('gives the hash of the empty string for a block without transactions', () => {
    expect(upperHex(transactionsHash([]))).toBe('E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855')
  })

  it('gives the block hash of a captured header', () => {
    const { header } = block
    const asHeader: BlockHeader = {
      chainId: header.chain_id!,
      height: Number(header.height),
      timeNs: timeNs(header.time!),
      lastBlockId: { hash: hex(header.last_block_id.hash), partsHash: hex(header.last_block_id.parts.hash) },
      lastCommitHash: hex(header.last_commit_hash),
      dataHash: hex(header.data_hash),
      validatorsHash: hex(header.validators_hash),
      nextValidatorsHash: hex(header.next_validators_hash),
      consensusHash: hex(header.consensus_hash),
      appHash: hex(header.app_hash),
      lastResultsHash: hex(header.last_results_hash),
      evidenceHash: hex(header.evidence_hash),
      proposerAddress: hex(header.proposer_address),
    }
    expect(upperHex(headerHash(asHeader))).toBe(id.hash)
  })
})

describe('packet commitments', () => {
  it('gives the captured commitment of a captured packet', () => {
    const { tx_result: { events } } = captured<{ tx_result: { events: EventView[] } }>('rpc_tx_send_packet')
    const sent = Object.fromEntries(events.find(({ type }) => type === 'send_packet')!.attributes.map(({ key, value }) => [key, value]))
    const { response } = captured<{ response: { value: string } }>('abci_packet_commitments')
    const committed = QueryPacketCommitmentsResponse.decode(Buffer.from(response.value, 'base64')).commitments[0]!
    const packet = Packet.fromPartial({ data: hex(sent.packet_data_hex), timeoutTimestamp: BigInt(sent.packet_timeout_timestamp!), timeoutHeight: {} })
    expect(upperHex(packetCommitment(packet))).toBe(upperHex(committed.data))
  })
})
