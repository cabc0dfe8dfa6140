import { BaseAccount } from 'cosmjs-types/cosmos/auth/v1beta1/auth'
import { QueryAccountInfoRequest, QueryAccountInfoResponse, QueryAccountRequest, QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query'
import { QueryAllBalancesRequest, QueryAllBalancesResponse, QuerySpendableBalancesRequest, QuerySpendableBalancesResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query'
import { accountFromAny } from '@cosmjs/stargate'
import { coin, parseAmount, type Coin } from '../../../shared/utils/coin'
import { DomainError, isChainUnavailable } from '../../domain/errors'
import type { AccountReading, BalancesReading, BlockAgreement, ChainAccount } from '../../usecases/ports'
import { query, QueryRefused, type QueryOptions } from './abci'
import type { EndpointPool } from './endpoint-pool'
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

interface Shown<T> { readonly value: T, readonly endpoint: string }

/** One state after block `height` as one endpoint shows it, compared with another one's where there are two. */
async function vouchedFor<T>(pool: EndpointPool, what: string, height: bigint, read: (excluded: ReadonlySet<string>) => Promise<Shown<T>>, textOf: (value: T) => string): Promise<{ readonly value: T, readonly agreement: BlockAgreement }> {
  const refused = (cause: unknown) => cause instanceof RpcError || cause instanceof QueryRefused
  try {
    const first = await read(new Set())
    if (pool.endpoints.length < 2) return { value: first.value, agreement: 'single' }
    const second = await read(new Set([first.endpoint])).catch((cause: unknown) => {
      if (refused(cause) || isChainUnavailable(cause)) return null
      throw cause
    })
    if (second === null) return { value: first.value, agreement: 'waiting' }
    return { value: first.value, agreement: textOf(first.value) === textOf(second.value) ? 'agreed' : 'disputed' }
  }
  catch (cause) {
    if (refused(cause)) throw new DomainError('chain_unavailable', `No endpoint of ${pool.chainId} tells ${what} at block ${height}`, { cause })
    throw cause
  }
}

/** Every denom of the state after block `height`, compared with a second endpoint where there are two. */
export async function readBalancesAt(pool: EndpointPool, address: string, height: bigint): Promise<BalancesReading> {
  const { value, agreement } = await vouchedFor(pool, `what ${address} held`, height, async (excluded) => {
    const { balances, endpoint } = await balancesShownBy(pool, address, height, excluded)
    return { value: balances, endpoint }
  }, sorted)
  return { balances: value, agreement }
}

/** The account as it was after block `height`, compared with a second endpoint where there are two. */
export async function readAccountAt(pool: EndpointPool, address: string, height: bigint): Promise<AccountReading> {
  const { value, agreement } = await vouchedFor(pool, `the account ${address}`, height, excluded => accountShownBy(pool, address, { height, excluded }), account => `${account?.accountNumber}/${account?.sequence}`)
  return { account: value, agreement }
}

/** Number and sequence; null when the chain knows no such account. */
export async function readAccount(pool: EndpointPool, address: string): Promise<ChainAccount | null> {
  return (await accountShownBy(pool, address, {})).value
}

const nobodysAccount: Shown<null> = { value: null, endpoint: '' }

async function accountShownBy(pool: EndpointPool, address: string, options: QueryOptions): Promise<Shown<ChainAccount | null>> {
  try {
    const { value, endpoint } = await query(pool, '/cosmos.auth.v1beta1.Query/AccountInfo', { codec: QueryAccountInfoRequest, message: { address } }, QueryAccountInfoResponse, options)
    return { value: value.info ? numbers(value.info) : null, endpoint }
  }
  catch (cause) {
    if (!(cause instanceof QueryRefused)) throw cause
    if (cause.unknownPath) return typedAccountShownBy(pool, address, options)
    if (cause.notFound) return nobodysAccount
    // AccountInfo fails for account kinds that are no BaseAccount inside.
    return typedAccountShownBy(pool, address, options)
  }
}

/** Before SDK 0.47, and for vesting accounts. */
async function typedAccountShownBy(pool: EndpointPool, address: string, options: QueryOptions): Promise<Shown<ChainAccount | null>> {
  try {
    const { value: { account }, endpoint } = await query(pool, '/cosmos.auth.v1beta1.Query/Account', { codec: QueryAccountRequest, message: { address } }, QueryAccountResponse, options)
    if (!account) return { value: null, endpoint }
    if (account.typeUrl === '/cosmos.auth.v1beta1.BaseAccount') return { value: numbers(BaseAccount.decode(account.value)), endpoint }
    const { accountNumber, sequence } = accountFromAny(account)
    return { value: { accountNumber: BigInt(accountNumber), sequence: BigInt(sequence) }, endpoint }
  }
  catch (cause) {
    if (cause instanceof QueryRefused && cause.notFound) return nobodysAccount
    throw cause
  }
}

function numbers(account: { readonly accountNumber: bigint, readonly sequence: bigint }): ChainAccount {
  return { accountNumber: account.accountNumber, sequence: account.sequence }
}
