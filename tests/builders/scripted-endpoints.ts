import { DomainError } from '../../server/domain/errors'
import type { ScannedBlock } from '../../server/domain/payment/inbound'
import type { BlockAgreement, BlockReading, ChainReader, ToldByEvents } from '../../server/usecases/ports'
import type { ScriptedChain } from './scripted-chain'

const readingOf = (block: Pick<BlockReading, 'blockHash' | 'codes' | 'toldByEvents'>) => `${block.blockHash}/${block.codes.join()}/${block.toldByEvents ?? ''}`
const codesOf = (block: ScannedBlock) => block.txs.map(tx => tx.code)

/** Several endpoints of one scripted chain, the first of which shows what the test makes it show; they judge each other as the adapter does. */
export class ScriptedEndpoints implements Pick<ChainReader, 'tip' | 'block' | 'confirmBlock' | 'endpoints'> {
  /** Blocks as the first endpoint tells them, by height. */
  readonly lies = new Map<bigint, ScannedBlock>()
  /** Endpoints that do not answer now. */
  readonly down = new Set<string>()

  constructor(readonly chain: ScriptedChain, readonly names: readonly string[]) {}

  /** The first endpoint shows these txs, in a block that is not the chain's. */
  async lie(height: bigint, txs: ScannedBlock['txs']) {
    const truth = await this.chain.block(this.chain.chainId, height)
    this.lies.set(height, { ...truth, txs, blockHash: 'FF'.repeat(32) })
  }

  async #read(endpoint: string, height: bigint): Promise<ScannedBlock> {
    const truth = await this.chain.block(this.chain.chainId, height)
    return { ...endpoint === this.names[0] ? this.lies.get(height) ?? truth : truth, endpoint }
  }

  tip() {
    return this.chain.tip()
  }

  async block(_chainId: string, height: bigint, options: { readonly avoidEndpoint?: string } = {}) {
    const alive = this.names.filter(name => !this.down.has(name))
    const endpoint = alive.find(name => name !== options.avoidEndpoint) ?? alive[0]
    if (!endpoint) throw new DomainError('chain_unavailable', 'nobody answers')
    return this.#read(endpoint, height)
  }

  async confirmBlock(block: BlockReading, toldBy?: ToldByEvents): Promise<BlockAgreement> {
    if (this.names.length < 2) return 'single'
    const others = this.names.filter(name => name !== block.endpoint && !this.down.has(name)).slice(0, 2)
    if (others.length === 0) return 'waiting'
    const readings = await Promise.all(others.map(async (name) => {
      const own = await this.#read(name, block.height)
      return readingOf({ blockHash: own.blockHash, codes: codesOf(own), toldByEvents: toldBy?.(own) })
    }))
    return readings.includes(readingOf(toldBy ? block : { ...block, toldByEvents: null })) ? 'agreed' : 'disputed'
  }

  endpoints() {
    return this.names.map(endpoint => ({ endpoint, status: 'ok' as const, height: null, checkedAt: null }))
  }
}
