import type { ChainAccountDto } from '../../shared/schemas/chains'
import { readBech32Prefix } from '../../shared/utils/bech32'
import { DomainError } from '../domain/errors'
import { toCoinDto } from './dto/wire'
import { gasPriceKey, gasPriceTtlMs } from './gas-price'
import type { Cache, ChainDirectory, ChainReader } from './ports'
import { servedChain } from './served-chain'

/** Throws DomainError: chain_not_served, invalid_request (address of another chain), chain_unavailable. */
export type GetAccount = (input: { readonly chainId: string, readonly address: string }) => Promise<ChainAccountDto>

interface Deps {
  readonly directory: ChainDirectory
  readonly reader: ChainReader
  readonly cache: Cache
}

/** What a page needs to build a payment; account and balance are read fresh, since a wrong sequence fails the tx. */
export function makeGetAccount({ directory, reader, cache }: Deps): GetAccount {
  return async ({ chainId, address }) => {
    const chain = servedChain(directory, chainId)
    if (readBech32Prefix(address) !== chain.bech32Prefix) {
      throw new DomainError('invalid_request', `This is not an address of ${chain.prettyName}: those start with ${chain.bech32Prefix}1 and end with a checksum.`)
    }
    const [account, balance, price] = await Promise.all([
      reader.account(chainId, address),
      reader.balance(chainId, address, chain.feeDenom),
      cache.remember(gasPriceKey(chainId), gasPriceTtlMs, () => reader.gasPrice(chainId)),
    ])
    return {
      chainId,
      address,
      accountNumber: account?.accountNumber.toString() ?? null,
      sequence: account?.sequence.toString() ?? null,
      balance: toCoinDto(balance),
      gasPrice: { denom: chain.feeDenom, amount: price },
    }
  }
}
