import type { Coin } from '../../../shared/utils/coin'
import type { InboundTransfer } from '../payment/inbound'
import type { OutgoingTransfer } from '../refund/outgoing'
import type { Finding } from './check'

/** A transfer into or out of a wallet of ours, as a block shows it or as a row keeps it. */
export interface Movement {
  readonly direction: 'in' | 'out'
  readonly height: bigint
  readonly txIndex: number
  readonly msgIndex: number
  readonly wallet: string
  readonly txHash: string | null
  /** Sender of what came, receiver of what left. */
  readonly other: string | null
  readonly coins: readonly Coin[]
  /** Of what left. */
  readonly fee: readonly Coin[]
  /** 0: it moved its coins. */
  readonly code: number
}

export const inboundMovement = ({ height, txIndex, msgIndex, toAddress, txHash, fromAddress, coin }: Omit<InboundTransfer, 'blockTime' | 'chainId' | 'memo' | 'kind'>): Movement =>
  ({ direction: 'in', height, txIndex, msgIndex, wallet: toAddress, txHash, other: fromAddress, coins: [coin], fee: [], code: 0 })

export const outgoingMovement = ({ height, txIndex, msgIndex, address, txHash, toAddress, coins, fee, code }: Omit<OutgoingTransfer, 'blockTime' | 'chainId' | 'memo' | 'sequence'>): Movement =>
  ({ direction: 'out', height, txIndex, msgIndex, wallet: address, txHash, other: toAddress, coins, fee, code })

const written = (coins: readonly Coin[]) => coins.filter(({ amount }) => amount !== 0n).map(({ denom, amount }) => `${amount} ${denom}`).sort().join(' + ') || 'nothing'

/** One payment has a row per denom; one outgoing message has one row. */
const keyOf = ({ direction, height, txIndex, msgIndex, wallet, coins }: Movement) => `block:${height}/${direction}/${txIndex}/${msgIndex}/${wallet}${direction === 'in' ? `/${coins[0]?.denom ?? ''}` : ''}`

const saidOf = (movement: Movement) => [written(movement.coins), written(movement.fee), movement.other ?? '', movement.code === 0].join('|')

function inWords({ direction, txHash, wallet, other, coins, fee, code }: Movement): string {
  const what = direction === 'in' ? `${written(coins)} from ${other ?? 'nobody known'} to ${wallet}` : `${written(coins)} from ${wallet} to ${other ?? 'nobody known'} with a fee of ${written(fee)}`
  return `${what} (${txHash === null ? 'of the block itself' : `transaction ${txHash}`}${code === 0 ? '' : `, failed with code ${code}`})`
}

/** I3: what blocks show, read anew, is what the rows of the same blocks keep; no more, no less and nothing else. */
export function compareMovements(chainId: string, shown: readonly Movement[], kept: readonly Movement[]): Finding[] {
  const rows = new Map(kept.map(movement => [keyOf(movement), movement]))
  const found = new Map(shown.map(movement => [keyOf(movement), movement]))
  const finding = (subject: string, sentence: string): Finding => ({ invariant: 'I3', chainId, subject, sentence })
  const missing = [...found].flatMap(([key, movement]) => {
    const row = rows.get(key)
    if (!row) return [finding(key, `Block ${movement.height} of ${chainId} shows ${inWords(movement)}, and no row keeps it.`)]
    return saidOf(row) === saidOf(movement) ? [] : [finding(key, `Block ${movement.height} of ${chainId} shows ${inWords(movement)}, and its row says ${inWords(row)}.`)]
  })
  const invented = [...rows].filter(([key]) => !found.has(key)).map(([key, row]) => finding(key, `A row keeps ${inWords(row)} in block ${row.height} of ${chainId}, and the block does not show it.`))
  return [...missing, ...invented]
}

/** Height that a finding of compareMovements is about; null for any other. */
export function heightOfFinding(subject: string): bigint | null {
  const match = /^block:(\d{1,18})\//.exec(subject)
  return match ? BigInt(match[1]!) : null
}
