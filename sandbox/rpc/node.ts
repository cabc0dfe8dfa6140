import type { Block } from '../chain/blocks'
import type { Chain } from '../chain/chain'
import { EndpointFaults } from './faults'

/** One RPC node: a view of a chain that may lag, be pruned, or lie about its name. */
export class RpcNode {
  readonly faults = new EndpointFaults()
  /** Wall-clock time at which each block with transactions was made, for the indexer's lag. */
  private readonly producedAtMs = new Map<number, number>()

  constructor(readonly chain: Chain, private readonly nowMs: () => number) {
    chain.emitter.on('block', (block: Block) => {
      if (block.transactions.length > 0) this.producedAtMs.set(block.header.height, this.nowMs())
    })
  }

  get chainId(): string {
    return this.faults.conditions.chainId ?? this.chain.spec.chainId
  }

  get newest(): number {
    return Math.min(this.chain.height, this.faults.conditions.frozenHeight ?? this.chain.height)
  }

  get earliest(): number {
    return Math.max(1, this.faults.conditions.earliestHeight ?? 1)
  }

  isIndexed(height: number): boolean {
    const lagMs = this.faults.conditions.indexerLagMs ?? 0
    const producedAtMs = this.producedAtMs.get(height)
    return lagMs === 0 || producedAtMs === undefined || this.nowMs() - producedAtMs >= lagMs
  }
}
