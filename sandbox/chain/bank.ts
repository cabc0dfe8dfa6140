import type { Coin } from '../../shared/utils/coin'
import { getAccount, createAccount } from './accounts'
import { moduleAddress } from './addresses'
import type { ExecutionContext } from './context'
import { insufficientFunds } from './errors'
import { event } from './events'
import type { StateReader, StateWriter } from './state'

type BankContext = Pick<ExecutionContext, 'spec' | 'state' | 'events'>

export function balanceOf(state: StateReader, address: string, denom: string): bigint {
  return BigInt(state.get(`bal|${address}|${denom}`) ?? '0')
}

export function balancesOf(state: StateReader, address: string): Coin[] {
  return state.keys(`bal|${address}`).map((key) => {
    const denom = key.slice(`bal|${address}|`.length)
    return { denom, amount: balanceOf(state, address, denom) }
  })
}

function setBalance(state: StateWriter, address: string, denom: string, amount: bigint): void {
  if (amount < 0n) throw new Error(`balance of ${address} would be ${amount}${denom}`)
  if (amount === 0n) state.delete(`bal|${address}|${denom}`)
  else state.set(`bal|${address}|${denom}`, amount.toString())
}

export function supplyOf(state: StateReader, denom: string): bigint {
  return BigInt(state.get(`supply|${denom}`) ?? '0')
}

function formatCoin(coin: Coin): string {
  return `${coin.amount}${coin.denom}`
}

export function formatCoins(coins: readonly Coin[]): string {
  return coins.map(formatCoin).join(',')
}

function credit(context: BankContext, address: string, coins: readonly Coin[]): void {
  for (const { denom, amount } of coins) setBalance(context.state, address, denom, balanceOf(context.state, address, denom) + amount)
  context.events.push(event('coin_received', { receiver: address, amount: formatCoins(coins) }))
  if (!getAccount(context.state, address)) createAccount(context.state, address)
}

function debit(context: BankContext, address: string, coins: readonly Coin[]): void {
  for (const { denom, amount } of coins) {
    const balance = balanceOf(context.state, address, denom)
    if (balance < amount) throw insufficientFunds(`spendable balance ${balance}${denom} is smaller than ${amount}${denom}: insufficient funds`)
    setBalance(context.state, address, denom, balance - amount)
  }
  context.events.push(event('coin_spent', { spender: address, amount: formatCoins(coins) }))
}

/** Moves coins; throws code 5 when the sender has too little. Emits what x/bank emits, in its order. */
export function sendCoins(context: BankContext, from: string, to: string, coins: readonly Coin[]): void {
  debit(context, from, coins)
  credit(context, to, coins)
  context.events.push(event('transfer', { recipient: to, sender: from, amount: formatCoins(coins) }))
  context.events.push(event('message', { sender: from }))
}

/** As sendCoins, for a multi-send: x/bank orders its events otherwise. */
export function sendManyCoins(context: BankContext, from: string, total: readonly Coin[], outputs: readonly { address: string, coins: readonly Coin[] }[]): void {
  context.events.push(event('message', { sender: from }))
  debit(context, from, total)
  for (const { address, coins } of outputs) {
    credit(context, address, coins)
    context.events.push(event('transfer', { recipient: address, sender: from, amount: formatCoins(coins) }))
  }
}

function changeSupply(state: StateWriter, { denom, amount }: Coin, sign: 1n | -1n): void {
  const next = supplyOf(state, denom) + sign * amount
  if (next === 0n) state.delete(`supply|${denom}`)
  else state.set(`supply|${denom}`, next.toString())
}

/** Mints to a module account. */
export function mintCoins(context: BankContext, moduleName: string, coin: Coin): void {
  const minter = moduleAddress(context.spec.bech32Prefix, moduleName)
  changeSupply(context.state, coin, 1n)
  credit(context, minter, [coin])
  context.events.push(event('coinbase', { minter, amount: formatCoin(coin) }))
}

/** Burns from a module account. */
export function burnCoins(context: BankContext, moduleName: string, coin: Coin): void {
  const burner = moduleAddress(context.spec.bech32Prefix, moduleName)
  debit(context, burner, [coin])
  changeSupply(context.state, coin, -1n)
  context.events.push(event('burn', { burner, amount: formatCoin(coin) }))
}
