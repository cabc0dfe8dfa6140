import type { BlockTx, ScannedBlock } from '../../server/domain/payment/inbound'
import { upperHash } from './network'

/** What an endpoint says that is not so, of every block from a height on. */
export interface Lie {
  readonly endpoint: string
  /** `forges`: a payment that nobody made, before all others. `hides`: what moves our money. `succeeds`: failed txs have code 0. `fails`: txs of ours and to us have code 5. */
  readonly kind: 'forges' | 'hides' | 'succeeds' | 'fails'
  readonly fromHeight: bigint
  readonly forged: Omit<BlockTx, 'index' | 'txHash'>
  readonly ours: string
}

const touches = (tx: BlockTx, address: string) => tx.messages?.some(({ send }) => send?.toAddress === address || send?.fromAddress === address) === true
  || tx.events.some(event => event.attributes.some(attribute => attribute.value === address))

const numbered = (txs: readonly BlockTx[]) => txs.map((tx, index) => ({ ...tx, index }))

/** The block as this endpoint shows it. Other txs need another header, and so another hash; other results do not. */
export function asShown(block: ScannedBlock, endpoint: string, lie: Lie | null): ScannedBlock {
  if (!lie || lie.endpoint !== endpoint || block.height < lie.fromHeight) return { ...block, endpoint }
  const blockHash = upperHash(`${lie.kind} ${block.chainId} ${block.height}`)
  switch (lie.kind) {
    case 'forges': return { ...block, endpoint, blockHash, txs: numbered([{ ...lie.forged, index: 0, txHash: upperHash(`forged ${block.chainId} ${block.height}`) }, ...block.txs]) }
    case 'hides': {
      const txs = block.txs.filter(tx => !touches(tx, lie.ours))
      return txs.length === block.txs.length ? { ...block, endpoint } : { ...block, endpoint, blockHash, txs: numbered(txs) }
    }
    case 'succeeds': return { ...block, endpoint, txs: block.txs.map(tx => ({ ...tx, code: 0 })) }
    case 'fails': return { ...block, endpoint, txs: block.txs.map(tx => touches(tx, lie.ours) && tx.code === 0 ? { ...tx, code: 5 } : tx) }
    default: return lie.kind satisfies never
  }
}

/** Whether two readings are the same block with the same results. */
export const isSameReading = (a: { readonly blockHash: string, readonly codes: readonly number[] }, b: ScannedBlock) => a.blockHash === b.blockHash && a.codes.join() === b.txs.map(tx => tx.code).join()
