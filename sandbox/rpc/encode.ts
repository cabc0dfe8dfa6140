import type { Block, BlockHeader, BlockId, BlockTransaction, TransactionResult } from '../chain/blocks'
import type { Chain } from '../chain/chain'
import type { ChainEvent } from '../chain/events'
import { sha256, upperHex } from '../chain/merkle'

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** RFC 3339 with nanoseconds as Go prints them: no trailing zeros. */
export function isoTime(timeNs: bigint): string {
  const seconds = new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, 19)
  const fraction = (timeNs % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  return fraction ? `${seconds}.${fraction}Z` : `${seconds}Z`
}

function blockId(id: BlockId | undefined): unknown {
  return { hash: id ? upperHex(id.hash) : '', parts: { total: id ? 1 : 0, hash: id ? upperHex(id.partsHash) : '' } }
}

export function headerView(header: BlockHeader, chainId: string): Record<string, unknown> {
  return {
    version: { block: '11' },
    chain_id: chainId,
    height: String(header.height),
    time: isoTime(header.timeNs),
    last_block_id: blockId(header.lastBlockId),
    last_commit_hash: upperHex(header.lastCommitHash),
    data_hash: upperHex(header.dataHash),
    validators_hash: upperHex(header.validatorsHash),
    next_validators_hash: upperHex(header.nextValidatorsHash),
    consensus_hash: upperHex(header.consensusHash),
    app_hash: upperHex(header.appHash),
    last_results_hash: upperHex(header.lastResultsHash),
    evidence_hash: upperHex(header.evidenceHash),
    proposer_address: upperHex(header.proposerAddress),
  }
}

/** Validators sign nothing here: the signature is made up of the block hash, in the right shape. */
export function commitView(chain: Chain, block: Block | undefined, timeNs: bigint): unknown {
  if (!block) return { height: '0', round: 0, block_id: blockId(undefined), signatures: [] }
  const half = sha256(block.id.hash)
  return {
    height: String(block.header.height),
    round: 0,
    block_id: blockId(block.id),
    signatures: [{ block_id_flag: 2, validator_address: upperHex(chain.validator.address), timestamp: isoTime(timeNs), signature: toBase64(Buffer.concat([half, half])) }],
  }
}

export function blockView(chain: Chain, block: Block, chainId: string): { block_id: unknown, block: unknown } {
  const previous = chain.block(block.header.height - 1)
  return {
    block_id: blockId(block.id),
    block: {
      header: headerView(block.header, chainId),
      data: { txs: block.transactions.map(({ bytes }) => toBase64(bytes)) },
      evidence: { evidence: [] },
      last_commit: commitView(chain, previous, block.header.timeNs),
    },
  }
}

function eventViews(events: readonly ChainEvent[]): unknown[] {
  return events.map(({ type, attributes }) => ({ type, attributes: attributes.map(([key, value]) => ({ key, value, index: true })) }))
}

export function resultView(result: TransactionResult): Record<string, unknown> {
  return {
    code: result.code,
    data: result.data.length > 0 ? toBase64(result.data) : null,
    log: result.log,
    info: '',
    gas_wanted: String(result.gasWanted),
    gas_used: String(result.gasUsed),
    events: eventViews(result.events),
    codespace: result.codespace,
  }
}

export function transactionView(block: Block, index: number, transaction: BlockTransaction): Record<string, unknown> {
  return {
    hash: transaction.hash,
    height: String(block.header.height),
    index,
    tx_result: resultView(transaction.result),
    tx: toBase64(transaction.bytes),
  }
}

export const consensusParams = {
  block: { max_bytes: '22020096', max_gas: '-1' },
  evidence: { max_age_num_blocks: '100000', max_age_duration: '172800000000000', max_bytes: '1048576' },
  validator: { pub_key_types: ['ed25519'] },
  version: {},
  abci: {},
}
