import { createHash } from 'node:crypto'
import { DomainError } from '../../server/domain/errors'
import type { BlockTx, ScannedBlock } from '../../server/domain/payment/inbound'
import type { BlockAgreement, ChainReader } from '../../server/usecases/ports'
import type { Coin } from '../../shared/utils/coin'
import { at } from './tokens'

const upperHash = (text: string) => createHash('sha256').update(text).digest('hex').toUpperCase()

type BlockReading = Pick<ChainReader, 'tip' | 'block' | 'confirmBlock' | 'endpoints'>

/** Blocks as a test wrote them, one a second; answers the part of ChainReader that the scanner uses. */
export class ScriptedChain implements BlockReading {
  agreement: BlockAgreement = 'agreed'
  readonly #blocks: ScannedBlock[] = []
  #unique = 0

  constructor(readonly chainId: string) {}

  /** Adds the next block; `second`: its time in seconds after the tests' epoch. */
  add(second: number, txs: readonly Omit<BlockTx, 'index'>[] = []): bigint {
    const height = BigInt(this.#blocks.length + 1)
    this.#blocks.push({ chainId: this.chainId, height, time: at(second), blockHash: upperHash(`block ${height}`), blockEvents: [], endpoint: 'node-a', txs: txs.map((tx, index) => ({ ...tx, index })) })
    return height
  }

  /** A tx with one top-level MsgSend to the service wallet. */
  payment(memo: string, amount: bigint, overrides: { readonly denom?: string, readonly from?: string, readonly code?: number } = {}): Omit<BlockTx, 'index'> {
    const sent: Coin = { denom: overrides.denom ?? 'uatom', amount }
    const fromAddress = overrides.from ?? 'cosmos1payer'
    const attributes = (own: Record<string, string>) => Object.entries({ ...own, amount: `${sent.amount}${sent.denom}`, msg_index: '0' }).map(([key, value]) => ({ key, value }))
    this.#unique += 1
    return {
      txHash: upperHash(`tx ${this.#unique}`), code: overrides.code ?? 0, memo,
      messages: [{ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgSend', send: { fromAddress, toAddress: 'cosmos1service', coins: [sent] } }],
      signers: [{ address: fromAddress, sequence: 0n }],
      events: [{ type: 'coin_received', attributes: attributes({ receiver: 'cosmos1service' }) }, { type: 'transfer', attributes: attributes({ recipient: 'cosmos1service', sender: fromAddress }) }],
    }
  }

  /** What a contract sent to the service wallet: bank events and no MsgSend. */
  contractPayment(memo: string, amount: bigint): Omit<BlockTx, 'index'> {
    return { ...this.payment(memo, amount, { from: 'cosmos1contract' }), messages: [{ index: 0, typeUrl: '/cosmwasm.wasm.v1.MsgExecuteContract' }] }
  }

  async tip() {
    const last = this.#blocks.at(-1)
    if (!last) throw new DomainError('chain_unavailable', 'no block yet')
    return { height: last.height, time: last.time }
  }

  async block(_chainId: string, height: bigint) {
    const block = this.#blocks[Number(height) - 1]
    if (!block) throw new DomainError('chain_unavailable', `no block ${height}`)
    return block
  }

  async confirmBlock() {
    return this.agreement
  }

  endpoints() {
    return []
  }
}
