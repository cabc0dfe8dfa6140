import type { ChainEvent } from './events'
import type { StateReader, StateWriter } from './state'

/** A fixed fact sheet of one simulated chain. */
export interface ChainSpec {
  readonly chainId: string
  readonly chainName: string
  readonly prettyName: string
  readonly bech32Prefix: string
  readonly feeDenom: string
  readonly symbol: string
  /** Decimal digits between base unit and symbol. */
  readonly exponent: number
  /** Least fee per unit of gas, as a decimal text of base units. */
  readonly gasPrice: string
  readonly slip44: number
}

/** What a light client proves about another chain: its state after block `height`, and header times. */
export interface ProvenChain {
  stateAt(height: number): StateReader | undefined
  headerTimeNs(height: number): bigint | undefined
}

/** What a message may see and change while it executes. */
export interface ExecutionContext {
  readonly spec: ChainSpec
  readonly state: StateWriter
  readonly events: ChainEvent[]
  readonly height: number
  readonly timeNs: bigint
  readonly counterparty: (chainId: string) => ProvenChain | undefined
}

/** Revision number of a chain id (`osmosis-1` → 1, without a numeric suffix 0); source: ibc-go ParseChainID. */
export function revisionOf(chainId: string): bigint {
  const match = /[^-]-([1-9]\d{0,18})$/.exec(chainId)
  return match ? BigInt(match[1]!) : 0n
}
