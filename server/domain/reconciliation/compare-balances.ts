import type { Coin } from '../../../shared/utils/coin'
import type { Finding } from './check'

/** A wallet's balance that the books agreed with. */
export interface Checkpoint {
  readonly denom: string
  readonly height: bigint
  readonly balance: bigint
}

/** One wallet at one height, as the chain and the books have it. */
export interface WalletReading {
  readonly chainId: string
  /** `wallet:<role>:<address>` */
  readonly account: string
  readonly height: bigint
  /** What it held after that block. */
  readonly balances: readonly Coin[]
  /** Sum of its legs up to that block, the opening balance included. */
  readonly legs: readonly Coin[]
  /** The latest of each denom that lies below `height`. */
  readonly checkpoints: readonly Checkpoint[]
  /** Sum of its legs up to each checkpoint's height, as the books have them now. */
  readonly legsAtCheckpoints: readonly (Coin & { readonly height: bigint })[]
}

const amountOf = (coins: readonly Coin[], denom: string) => coins.reduce((sum, coin) => coin.denom === denom ? sum + coin.amount : sum, 0n)

const by = (difference: bigint, denom: string) => `${difference < 0n ? -difference : difference} ${denom} ${difference > 0n ? 'more' : 'less'}`

/** What the last checkpoint adds: where to look. */
function since(reading: WalletReading, denom: string, balance: bigint, legs: bigint): string {
  const checkpoint = reading.checkpoints.find(candidate => candidate.denom === denom)
  if (!checkpoint) return 'They were never seen to agree'
  const legsThen = amountOf(reading.legsAtCheckpoints.filter(coin => coin.height === checkpoint.height), denom)
  if (legsThen !== checkpoint.balance) return `At block ${checkpoint.height} they agreed on ${checkpoint.balance}, and the books have ${legsThen} for that block today: entries were added for a block that was closed`
  return `They agreed at block ${checkpoint.height}; since then the wallet changed by ${balance - checkpoint.balance} and the books by ${legs - legsThen}`
}

/** I2, exactly: what the chain holds is what the books say, and what changed since they last agreed is what was booked. */
export function compareBalances(reading: WalletReading): Finding[] {
  const { chainId, account, height } = reading
  const denoms = [...new Set([...reading.balances, ...reading.legs, ...reading.checkpoints].map(({ denom }) => denom))].sort()
  return denoms.flatMap((denom): Finding[] => {
    const [balance, legs] = [amountOf(reading.balances, denom), amountOf(reading.legs, denom)]
    const checkpoint = reading.checkpoints.find(candidate => candidate.denom === denom)
    const legsThen = checkpoint && amountOf(reading.legsAtCheckpoints.filter(coin => coin.height === checkpoint.height), denom)
    if (balance === legs && (!checkpoint || legsThen === checkpoint.balance)) return []
    const sentence = balance === legs
      ? `${account} on ${chainId} holds ${balance} ${denom} after block ${height}, as the books say. ${since(reading, denom, balance, legs)}`
      : `${account} on ${chainId} holds ${balance} ${denom} after block ${height}, ${by(balance - legs, denom)} than the books, which have ${legs}. ${since(reading, denom, balance, legs)}`
    return [{ invariant: 'I2', chainId, subject: `${account}/${denom}`, sentence: `${sentence}.` }]
  })
}
