import { fromBase64 } from '@cosmjs/encoding'
import { BaseAccount, ModuleAccount } from 'cosmjs-types/cosmos/auth/v1beta1/auth'
import { QueryAccountInfoRequest, QueryAccountInfoResponse, QueryAccountRequest, QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query'
import { QueryAllBalancesRequest, QueryAllBalancesResponse, QueryBalanceRequest, QueryBalanceResponse, QuerySpendableBalancesRequest, QuerySpendableBalancesResponse, QuerySupplyOfRequest, QuerySupplyOfResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query'
import { ConfigResponse } from 'cosmjs-types/cosmos/base/node/v1beta1/query'
import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys'
import { SimulateRequest, SimulateResponse } from 'cosmjs-types/cosmos/tx/v1beta1/service'
import { TxRaw, Tx } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { getAccount } from '../accounts'
import { moduleAddress } from '../addresses'
import { balanceOf, balancesOf, supplyOf } from '../bank'
import { AbciError, invalidRequest } from '../errors'
import type { QueryContext, QueryMethod } from './context'
import { notFound, paginate } from './context'

const moduleNames = ['fee_collector', 'transfer']

function baseAccount(context: QueryContext, address: string): BaseAccount {
  const account = getAccount(context.state, address)
  if (!account) throw notFound(`account ${address} not found`)
  const pubKey = account.publicKey
    ? { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: PubKey.encode({ key: fromBase64(account.publicKey) }).finish() }
    : undefined
  return { address, pubKey, accountNumber: BigInt(account.number), sequence: BigInt(account.sequence) }
}

function pagedBalances(context: QueryContext, address: string, request: QueryAllBalancesRequest['pagination']) {
  const items = balancesOf(context.state, address).map(({ denom, amount }) => [denom, { denom, amount: amount.toString() }] as const)
  const { page, pagination } = paginate(items, request)
  return { balances: page, pagination }
}

function simulated(context: QueryContext, request: Uint8Array): Uint8Array {
  const { tx, txBytes } = SimulateRequest.decode(request)
  const bytes = txBytes.length > 0 ? txBytes : tx ? Tx.encode(tx).finish() : new Uint8Array()
  const raw = TxRaw.decode(bytes)
  // Clients simulate before they sign: the signature is present but empty.
  const signed = raw.signatures.length > 0 ? raw : { ...raw, signatures: [new Uint8Array()] }
  try {
    const result = context.simulate(TxRaw.encode(signed).finish())
    return SimulateResponse.encode(SimulateResponse.fromPartial({
      gasInfo: { gasWanted: BigInt(result.gasWanted), gasUsed: BigInt(result.gasUsed) },
      result: { data: result.data, log: result.log, events: result.events.map(({ type, attributes }) => ({ type, attributes: attributes.map(([key, value]) => ({ key, value, index: true })) })) },
    })).finish()
  }
  catch (cause) {
    if (!(cause instanceof AbciError)) throw cause
    throw invalidRequest(`rpc error: code = Unknown desc = ${cause.message}`)
  }
}

export const accountQueries: Readonly<Record<string, QueryMethod>> = {
  '/cosmos.auth.v1beta1.Query/Account': (context, request) => {
    const account = baseAccount(context, QueryAccountRequest.decode(request).address)
    const module = moduleNames.find(name => moduleAddress(context.spec.bech32Prefix, name) === account.address)
    if (module) return QueryAccountResponse.encode({ account: { typeUrl: '/cosmos.auth.v1beta1.ModuleAccount', value: ModuleAccount.encode({ baseAccount: account, name: module, permissions: [] }).finish() } }).finish()
    return QueryAccountResponse.encode({ account: { typeUrl: '/cosmos.auth.v1beta1.BaseAccount', value: BaseAccount.encode(account).finish() } }).finish()
  },
  '/cosmos.auth.v1beta1.Query/AccountInfo': (context, request) =>
    QueryAccountInfoResponse.encode({ info: baseAccount(context, QueryAccountInfoRequest.decode(request).address) }).finish(),
  '/cosmos.bank.v1beta1.Query/Balance': (context, request) => {
    const { address, denom } = QueryBalanceRequest.decode(request)
    return QueryBalanceResponse.encode({ balance: { denom, amount: balanceOf(context.state, address, denom).toString() } }).finish()
  },
  '/cosmos.bank.v1beta1.Query/AllBalances': (context, request) => {
    const { address, pagination } = QueryAllBalancesRequest.decode(request)
    return QueryAllBalancesResponse.encode(pagedBalances(context, address, pagination)).finish()
  },
  '/cosmos.bank.v1beta1.Query/SpendableBalances': (context, request) => {
    const { address, pagination } = QuerySpendableBalancesRequest.decode(request)
    return QuerySpendableBalancesResponse.encode(pagedBalances(context, address, pagination)).finish()
  },
  '/cosmos.bank.v1beta1.Query/SupplyOf': (context, request) => {
    const { denom } = QuerySupplyOfRequest.decode(request)
    return QuerySupplyOfResponse.encode({ amount: { denom, amount: supplyOf(context.state, denom).toString() } }).finish()
  },
  '/cosmos.base.node.v1beta1.Service/Config': ({ spec }) =>
    ConfigResponse.encode(ConfigResponse.fromPartial({ minimumGasPrice: `${spec.gasPrice}${spec.feeDenom}` })).finish(),
  '/cosmos.tx.v1beta1.Service/Simulate': simulated,
}
