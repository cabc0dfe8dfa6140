import type { StateReader, StateWriter } from './state'

/** A base account as x/auth keeps it. `publicKey` is base64 of the compressed secp256k1 key, known after the first tx. */
interface ChainAccount {
  readonly address: string
  readonly number: string
  readonly sequence: string
  readonly publicKey?: string
}

export function getAccount(state: StateReader, address: string): ChainAccount | undefined {
  const text = state.get(`acc|${address}`)
  return text === undefined ? undefined : JSON.parse(text) as ChainAccount
}

export function putAccount(state: StateWriter, account: ChainAccount): void {
  state.set(`acc|${account.address}`, JSON.stringify(account))
}

export function createAccount(state: StateWriter, address: string): ChainAccount {
  const number = state.get('globalAccountNumber|') ?? '0'
  state.set('globalAccountNumber|', (BigInt(number) + 1n).toString())
  const account: ChainAccount = { address, number, sequence: '0' }
  putAccount(state, account)
  return account
}
