import { BaseAccount } from 'cosmjs-types/cosmos/auth/v1beta1/auth'
import { QueryAccountInfoRequest, QueryAccountInfoResponse, QueryAccountRequest, QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query'
import { QueryAllBalancesRequest, QueryAllBalancesResponse, QuerySpendableBalancesRequest, QuerySpendableBalancesResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query'
import { accountFromAny } from '@cosmjs/stargate'
import { coin, parseAmount, type Coin } from '../../../shared/utils/coin'
import { DomainError } from '../../domain/errors'
import type { BalancesReading, ChainAccount, ReadOptions } from '../../usecases/ports'
import { query, QueryRefused, type QueryAnswer } from './abci'
import type { AskOptions, EndpointPool } from './endpoint-pool'
import { RpcError } from './json-rpc'

const maxPages = 20

function readCoin(pool: EndpointPool, { denom, amount }: { readonly denom: string, readonly amount: string }): Coin {
  const parsed = parseAmount(amount)
  if (parsed === undefined) throw new DomainError('chain_unavailable', `${pool.chainId} answered with an amount that is none`)
  return coin(denom, parsed)
}

/** Spendable amount of one denom. Reads page after page: the query by denom is missing on older chains. */
export async function readBalance(pool: EndpointPool, address: string, denom: string): Promise<Coin> {
  let key: Uint8Array = new Uint8Array()
  for (let page = 0; page < maxPages; page++) {
    const { value } = await query(pool, '/cosmos.bank.v1beta1.Query/SpendableBalances', {
      codec: QuerySpendableBalancesRequest, message: { address, pagination: { key, offset: 0n, limit: 1_000n, countTotal: false, reverse: false } },
    }, QuerySpendableBalancesResponse)
    const found = value.balances.find(balance => balance.denom === denom)
    if (found) return readCoin(pool, found)
    key = value.pagination?.nextKey ?? new Uint8Array()
    if (key.length === 0) return coin(denom, 0n)
  }
  throw new DomainError('too_many_results', 'The account holds more denoms than can be read')
}

async function balancesShownBy(pool: EndpointPool, address: string, height: bigint, excluded: ReadonlySet<string>): Promise<{ readonly balances: readonly Coin[], readonly endpoint: string }> {
  const balances: Coin[] = []
  let key: Uint8Array = new Uint8Array()
  let from = excluded
  for (let page = 0; page < maxPages; page++) {
    const { value, endpoint } = await query(pool, '/cosmos.bank.v1beta1.Query/AllBalances', {
      codec: QueryAllBalancesRequest, message: { address, pagination: { key, offset: 0n, limit: 1_000n, countTotal: false, reverse: false }, resolveDenom: false },
    }, QueryAllBalancesResponse, { height, excluded: from })
    // Pages of two nodes would be the word of neither.
    from = new Set(pool.endpoints.map(({ name }) => name).filter(name => name !== endpoint))
    balances.push(...value.balances.map(balance => readCoin(pool, balance)))
    key = value.pagination?.nextKey ?? new Uint8Array()
    if (key.length === 0) return { balances, endpoint }
  }
  throw new DomainError('too_many_results', 'The account holds more denoms than can be read')
}

const sorted = (coins: readonly Coin[]) => coins.map(({ denom, amount }) => `${amount}${denom}`).sort().join()

/** Every denom of the state after block `height`, compared with a second endpoint where there are two. */
export async function readBalancesAt(pool: EndpointPool, address: string, height: bigint): Promise<BalancesReading> {
  const refused = (cause: unknown) => cause instanceof RpcError || cause instanceof QueryRefused
  try {
    const first = await balancesShownBy(pool, address, height, new Set())
    if (pool.endpoints.length < 2) return { balances: first.balances, agreement: 'single' }
    const second = await balancesShownBy(pool, address, height, new Set([first.endpoint])).catch((cause: unknown) => {
      if (refused(cause) || (cause instanceof DomainError && cause.code === 'chain_unavailable')) return null
      throw cause
    })
    if (second === null) return { balances: first.balances, agreement: 'waiting' }
    return { balances: first.balances, agreement: sorted(first.balances) === sorted(second.balances) ? 'agreed' : 'disputed' }
  }
  catch (cause) {
    if (refused(cause)) throw new DomainError('chain_unavailable', `No endpoint of ${pool.chainId} tells what ${address} held at block ${height}`, { cause })
    throw cause
  }
}

type Shown = QueryAnswer<ChainAccount | null>

const shown = <T>({ value, ...answer }: QueryAnswer<T>, read: (value: T) => ChainAccount | null): Shown => ({ ...answer, value: read(value) })

/** Number and sequence; null when the chain knows no such account. `corroborate`: by the word of two endpoints, where there are two. */
export async function readAccount(pool: EndpointPool, address: string, { corroborate = false }: ReadOptions = {}): Promise<ChainAccount | null> {
  const first = await accountShownBy(pool, address, {})
  if (!corroborate || pool.endpoints.length < 2 || !first?.value) return first?.value ?? null
  const second = await accountShownBy(pool, address, { excluded: new Set([first.endpoint]) })
  if (!second?.value) return null
  return second.value.sequence < first.value.sequence ? second.value : first.value
}

/** null: it is said that there is no such account. */
async function accountShownBy(pool: EndpointPool, address: string, options: AskOptions): Promise<Shown | null> {
  try {
    return await readAccountInfo(pool, address, options)
  }
  catch (cause) {
    if (!(cause instanceof QueryRefused)) throw cause
    if (cause.unknownPath) return readTypedAccount(pool, address, options)
    if (cause.notFound) return null
    // AccountInfo fails for account kinds that are no BaseAccount inside.
    return readTypedAccount(pool, address, options)
  }
}

async function readAccountInfo(pool: EndpointPool, address: string, options: AskOptions): Promise<Shown> {
  const answer = await query(pool, '/cosmos.auth.v1beta1.Query/AccountInfo', { codec: QueryAccountInfoRequest, message: { address } }, QueryAccountInfoResponse, options)
  return shown(answer, ({ info }) => info ? numbers(info) : null)
}

/** Before SDK 0.47, and for vesting accounts. */
async function readTypedAccount(pool: EndpointPool, address: string, options: AskOptions): Promise<Shown | null> {
  try {
    const answer = await query(pool, '/cosmos.auth.v1beta1.Query/Account', { codec: QueryAccountRequest, message: { address } }, QueryAccountResponse, options)
    return shown(answer, ({ account }) => {
      if (!account) return null
      if (account.typeUrl === '/cosmos.auth.v1beta1.BaseAccount') return numbers(BaseAccount.decode(account.value))
      const { accountNumber, sequence } = accountFromAny(account)
      return { accountNumber: BigInt(accountNumber), sequence: BigInt(sequence) }
    })
  }
  catch (cause) {
    if (cause instanceof QueryRefused && cause.notFound) return null
    throw cause
  }
}

function numbers(account: { readonly accountNumber: bigint, readonly sequence: bigint }): ChainAccount {
  return { accountNumber: account.accountNumber, sequence: account.sequence }
}
