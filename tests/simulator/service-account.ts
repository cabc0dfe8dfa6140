import type { SimulationAnswer } from '../../server/usecases/ports'
import type { BlockTx, ChainEvent } from '../../server/domain/payment/inbound'
import { multiplyRoundedUp } from '../../server/domain/refund/gas'
import type { Coin } from '../../shared/utils/coin'
import type { Random } from './random'
import { decodeSend, hashOf, type ModelSend } from './signer'

/** Who made a tx of the service wallet. */
export type Spender = 'app' | 'hand' | 'operator' | 'thief'

/** A tx of the service wallet that is in a block and passed its signature check: the truth the books are compared with. */
export interface Spend {
  readonly by: Spender
  readonly height: bigint
  readonly txIndex: number
  readonly txHash: string
  readonly code: number
  readonly toAddress: string
  readonly coin: Coin
  readonly fee: Coin
  readonly memo: string
  readonly sequence: bigint
}

interface AccountState { readonly sequence: bigint, readonly balances: ReadonlyMap<string, bigint> }

interface Travelling {
  readonly send: ModelSend
  readonly txHash: string
  readonly by: Spender
  /** In the block of this height or the first after it that has room; null: never. */
  includeAt: bigint | null
  /** The node that we ask still has it; a tx may travel on after this node has dropped it. */
  inMempool: boolean
  /** Dropped from the mempool when this height is made. */
  readonly evictAt: bigint | null
}

export type CheckAnswer = { readonly state: 'accepted' | 'already_known' } | { readonly state: 'refused', readonly code: number, readonly log: string }

const refused = (code: number, log: string): CheckAnswer => ({ state: 'refused', code, log })
const add = (balances: Map<string, bigint>, { denom, amount }: Coin, sign: 1n | -1n = 1n) => balances.set(denom, (balances.get(denom) ?? 0n) + sign * amount)
const event = (type: string, attributes: Readonly<Record<string, string>>): ChainEvent => ({ type, attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })) })
const text = ({ denom, amount }: Coin) => `${amount}${denom}`

function moved(from: string, to: string, coin: Coin, place: Readonly<Record<string, string>>): ChainEvent[] {
  const amount = text(coin)
  return [event('coin_spent', { spender: from, amount, ...place }), event('coin_received', { receiver: to, amount, ...place }), event('transfer', { recipient: to, sender: from, amount, ...place })]
}

/** Our wallet on a chain as x/auth and x/bank keep it, with the mempools that its txs travel through. */
export class ServiceAccount {
  readonly accountNumber = 7n
  readonly balances = new Map<string, bigint>()
  readonly spends: Spend[] = []
  /** Addresses that x/bank lets nobody send to. */
  readonly blocked = new Set<string>()
  gasPrice = '0.00005'
  /** Nothing goes lost or late any more; what already travels may still be late. */
  calm = false
  #sequence: bigint
  readonly #history: AccountState[] = []
  readonly #travelling = new Map<string, Travelling>()

  /** `eventsNamed`: events of messages carry msg_index, as since SDK 0.50. */
  constructor(readonly chainId: string, readonly address: string, readonly random: Random, readonly eventsNamed: boolean) {
    this.#sequence = BigInt(random.below(3))
  }

  get sequence(): bigint {
    return this.#sequence
  }

  receive(coin: Coin) {
    add(this.balances, coin)
  }

  /** As of the end of a block; height 0 is the genesis. */
  stateAt(height: bigint): AccountState {
    const state = this.#history[Number(height)]
    if (!state) throw new RangeError(`no block ${height} of ${this.chainId}`)
    return state
  }

  /** The sequence that a node's mempool expects next. */
  nextSequence(): bigint {
    return this.#sequence + BigInt([...this.#travelling.values()].filter(tx => tx.inMempool && tx.send.order.sequence >= this.#sequence).length)
  }

  /** broadcast_tx_sync: CheckTx, and a place in the mempool, from where it may go lost, late or twice around the world. */
  check(bytes: Uint8Array, height: bigint, by: Spender): CheckAnswer {
    const send = decodeSend(bytes)
    const txHash = hashOf(bytes)
    const { order } = send
    const known = this.#travelling.get(txHash)
    if (known?.inMempool) return { state: 'already_known' }
    if (this.spends.some(spend => spend.txHash === txHash) && this.random.chance(0.5)) return { state: 'already_known' }
    if (!send.signed || send.chainId !== this.chainId || order.accountNumber !== this.accountNumber) return refused(4, 'signature verification failed: unauthorized')
    if (order.timeoutHeight > 0n && height > order.timeoutHeight) return refused(30, `block height: ${height}, timeout height: ${order.timeoutHeight}: tx timeout height`)
    if (order.fee.amount < multiplyRoundedUp(order.gasLimit, this.gasPrice)) return refused(13, `got: ${text(order.fee)}: insufficient fee`)
    if ((this.balances.get(order.fee.denom) ?? 0n) < order.fee.amount) return refused(5, 'insufficient funds')
    const expected = this.nextSequence()
    if (order.sequence !== expected) return refused(32, `account sequence mismatch, expected ${expected}, got ${order.sequence}: incorrect account sequence`)
    this.#travelling.set(txHash, { send, txHash, by, ...by === 'app' ? this.#destiny(height, order.timeoutHeight) : { includeAt: height + 1n, inMempool: true, evictAt: null } })
    return { state: 'accepted' }
  }

  /** Sent through a node that has not seen what travels: no mempool of ours is asked about its sequence. */
  sendElsewhere(bytes: Uint8Array, height: bigint, by: Spender) {
    const txHash = hashOf(bytes)
    this.#travelling.set(txHash, { send: decodeSend(bytes), txHash, by, includeAt: height + 1n, inMempool: false, evictAt: null })
  }

  isTravelling(memo: string): boolean {
    return [...this.#travelling.values()].some(tx => tx.send.order.memo === memo)
  }

  #destiny(height: bigint, timeoutHeight: bigint): Pick<Travelling, 'includeAt' | 'inMempool' | 'evictAt'> {
    const next = height + 1n
    const late = next + BigInt(this.random.between(1, Math.max(2, Number(timeoutHeight - height) + 1)))
    switch (this.calm ? 'next' : this.random.weighted({ next: 14, late: 3, last: 1, lost: 2, ghost: 2, evicted: 2 })) {
      case 'late': return { includeAt: late, inMempool: true, evictAt: null }
      case 'last': return { includeAt: timeoutHeight, inMempool: true, evictAt: null }
      case 'lost': return { includeAt: null, inMempool: false, evictAt: null }
      case 'ghost': return { includeAt: late, inMempool: false, evictAt: null }
      case 'evicted': return { includeAt: null, inMempool: true, evictAt: late }
      default: return { includeAt: next, inMempool: true, evictAt: null }
    }
  }

  /** What of the travelling txs the block of this height holds, from `firstIndex` on. */
  deliver(height: bigint, firstIndex: number): BlockTx[] {
    const txs: BlockTx[] = []
    for (const tx of this.#travelling.values()) if (tx.evictAt !== null && tx.evictAt <= height) tx.inMempool = false
    const due = [...this.#travelling.values()].filter(tx => tx.includeAt !== null && tx.includeAt <= height).sort((a, b) => Number(a.send.order.sequence - b.send.order.sequence))
    for (const tx of due) {
      const { sequence, timeoutHeight } = tx.send.order
      // Its turn has not come; it may still.
      if (sequence > this.#sequence && (timeoutHeight === 0n || height < timeoutHeight)) continue
      this.#travelling.delete(tx.txHash)
      const made = this.#execute(tx, height, firstIndex + txs.length)
      if (made) txs.push(made)
    }
    this.#recheck()
    return txs
  }

  /** After a block a node drops what does not follow on the account's sequence without a gap. */
  #recheck() {
    let next = this.#sequence
    for (const tx of [...this.#travelling.values()].sort((a, b) => Number(a.send.order.sequence - b.send.order.sequence))) {
      if (!tx.inMempool) continue
      if (tx.send.order.sequence === next) next += 1n
      else tx.inMempool = false
    }
  }

  /** null: the proposer leaves it out. What fails before its signature was checked may be in a block all the same, and costs nothing. */
  #execute({ send, txHash, by }: Travelling, height: bigint, txIndex: number): BlockTx | null {
    const { order } = send
    const tx = { index: txIndex, txHash, memo: order.memo, messages: [{ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgSend', send: { fromAddress: this.address, toAddress: order.destination, coins: [order.coin] } }], signers: [{ address: this.address, sequence: order.sequence }] }
    const balance = (denom: string) => this.balances.get(denom) ?? 0n
    const early = order.timeoutHeight > 0n && height > order.timeoutHeight ? 30 : balance(order.fee.denom) < order.fee.amount ? 5 : order.sequence !== this.#sequence ? 32 : 0
    if (early !== 0) return this.random.chance(0.5) ? null : { ...tx, code: early, events: [] }
    add(this.balances, order.fee, -1n)
    this.#sequence += 1n
    const code = balance(order.coin.denom) < order.coin.amount ? 5 : this.blocked.has(order.destination) ? 4 : !this.calm && this.random.chance(0.06) ? 11 : 0
    const feeEvents = order.fee.amount > 0n ? moved(this.address, 'fee-collector', order.fee, {}) : []
    const signed = [event('tx', { fee: order.fee.amount > 0n ? text(order.fee) : '', fee_payer: this.address }), event('tx', { acc_seq: `${this.address}/${order.sequence}` }), event('tx', { signature: txHash.slice(0, 20) })]
    if (code === 0) add(this.balances, order.coin, -1n)
    this.spends.push({ by, height, txIndex, txHash, code, toAddress: order.destination, coin: order.coin, fee: order.fee, memo: order.memo, sequence: order.sequence })
    return { ...tx, code, events: [...feeEvents, ...signed, ...code === 0 ? moved(this.address, order.destination, order.coin, this.eventsNamed ? { msg_index: '0' } : {}) : []] }
  }

  /** Keeps the state at the end of a block, and at the genesis. */
  seal() {
    this.#history.push({ sequence: this.#sequence, balances: new Map(this.balances) })
  }

  simulate(bytes: Uint8Array, height: bigint): SimulationAnswer {
    const { order } = decodeSend(bytes)
    const { sequence, balances } = this.stateAt(height)
    const needed = (denom: string) => (order.coin.denom === denom ? order.coin.amount : 0n) + (order.fee.denom === denom ? order.fee.amount : 0n)
    if (order.sequence !== sequence) return { state: 'refused', reason: `account sequence mismatch, expected ${sequence}, got ${order.sequence}` }
    if ([order.coin.denom, order.fee.denom].some(denom => needed(denom) > (balances.get(denom) ?? 0n))) return { state: 'refused', reason: 'spendable balance is smaller: insufficient funds' }
    if (this.blocked.has(order.destination)) return { state: 'refused', reason: `${order.destination} is not allowed to receive funds: unauthorized` }
    return { state: 'ok', gasUsed: BigInt(this.random.between(70_000, 80_000)) }
  }
}
