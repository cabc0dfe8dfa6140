import { anotherEndpoint, endpointName } from '../shared/utils/endpoint-list'
import { amountIn, bareExponent, type AmountSetting } from './domain/pricing/amount-setting'
import { defaultFeeLimit } from './domain/refund/gas'
import type { RefundRules } from './domain/refund/decide-next'
import type { AppConfig } from './config'
import type { ServiceWalletSetting } from './config-parsers'
import type { ChainDirectory, ServedChain } from './usecases/ports'

function isNamed(chain: ServedChain, name: string): boolean {
  return chain.chainName === name || chain.chainId === name
}

function chainsOfWallet(wallet: ServiceWalletSetting, directory: ChainDirectory): ServedChain[] {
  return directory.chains().filter(chain => chain.bech32Prefix === wallet.bech32Prefix && (wallet.chain === null || isNamed(chain, wallet.chain)))
}

/** Address that customers of a chain pay to; null: nobody can pay there. */
export function paymentAddressOf(config: Pick<AppConfig, 'wallets'>, chain: ServedChain): string | null {
  const fitting = config.wallets.filter(wallet => wallet.bech32Prefix === chain.bech32Prefix && (wallet.chain === null || isNamed(chain, wallet.chain)))
  return (fitting.find(wallet => wallet.chain !== null) ?? fitting[0])?.address ?? null
}

/** Chains that can be paid on, with the address. */
export function payableChains(config: Pick<AppConfig, 'wallets'>, directory: ChainDirectory): { readonly chain: ServedChain, readonly address: string }[] {
  return directory.chains().flatMap((chain) => {
    const address = paymentAddressOf(config, chain)
    return address === null ? [] : [{ chain, address }]
  })
}

/** Whether a denom that nobody quotes is given back on this chain. */
export function isRefundableDenom(config: Pick<AppConfig, 'refunds'>, chain: ServedChain, denom: string): boolean {
  return config.refunds.denoms.some(entry => entry.denom === denom && isNamed(chain, entry.chain))
}

/**
 * What decides about refunds of one denom on a chain. A bare number speaks of the chain's own denom alone: in any other,
 * what is not named is held, and waits for an admin where anything does.
 */
export function refundLimitsOf({ refunds }: Pick<AppConfig, 'refunds'>, chain: ServedChain, denom: string): Pick<RefundRules, 'minimum' | 'approvalAbove' | 'feeLimit'> {
  const own = denom === chain.feeDenom
  const said = (setting: AmountSetting) => own || setting.kind === 'per_denom' ? amountIn(setting, denom, chain.feeExponent)?.amount : undefined
  const minimum = said(refunds.minimum)
  return {
    minimum: own || minimum !== 0n ? minimum ?? null : null,
    approvalAbove: refunds.approvalAbove ? said(refunds.approvalAbove) ?? 0n : null,
    feeLimit: (refunds.feeLimit && amountIn(refunds.feeLimit, chain.feeDenom, chain.feeExponent)?.amount) ?? defaultFeeLimit(chain.gasPriceFloor),
  }
}

function walletProblems(config: AppConfig, directory: ChainDirectory): string[] {
  const seen = new Map<string, string>()
  return config.wallets.flatMap((wallet) => {
    const chains = chainsOfWallet(wallet, directory)
    if (chains.length === 0) return [`SERVICE_WALLET_ADDRESS ${wallet.address} belongs to no served chain${wallet.chain ? ` named ${wallet.chain} with prefix ${wallet.bech32Prefix}` : ` (prefix ${wallet.bech32Prefix})`}`]
    const names = chains.map(chain => chain.chainName).join(' and ')
    if (chains.length > 1) return [`SERVICE_WALLET_ADDRESS ${wallet.address} fits ${names}: write chain:address`]
    const chainId = chains[0]!.chainId
    const earlier = seen.get(chainId)
    seen.set(chainId, wallet.address)
    return earlier ? [`SERVICE_WALLET_ADDRESS names two addresses on ${names}: ${earlier} and ${wallet.address}`] : []
  })
}

/** Entries that name one chain by its name and by its id; those under one name are checked where they are read. */
function repeatedEndpoints(config: AppConfig, chains: readonly ServedChain[]): string[] {
  return chains.flatMap((chain) => {
    const seen = new Map<string, string>()
    return config.chains.endpoints.filter(entry => isNamed(chain, entry.chain)).flatMap(entry => entry.urls.flatMap((url) => {
      const name = endpointName(url)
      const earlier = seen.get(name)
      seen.set(name, entry.chain)
      return earlier === undefined ? [] : [`CHAIN_RPC_ENDPOINTS names ${earlier} and ${entry.chain}, which are one chain, both at ${name}: ${anotherEndpoint}`]
    }))
  })
}

/** `others`: denoms that it may name beside those in which chains are paid. */
function amountProblems(name: string, setting: AmountSetting, payable: readonly ServedChain[], others: ReadonlySet<string> = new Set()): string[] {
  const unset = payable.filter(chain => !amountIn(setting, chain.feeDenom, chain.feeExponent))
  const problems = unset.map(chain => setting.kind === 'bare'
    ? `${name} is a bare number, but ${chain.chainName} counts ${chain.feeDenom} with ${chain.feeExponent} decimals, not ${bareExponent}: write an amount per denom, as in 1000000uatom,…${chain.feeDenom}`
    : `${name} has no amount in ${chain.feeDenom}, in which ${chain.chainName} is paid`)
  if (setting.kind === 'bare') return problems
  const unused = setting.amounts.filter(amount => !others.has(amount.denom) && !payable.some(chain => chain.feeDenom === amount.denom))
  return [...problems, ...unused.map(amount => `${name} names ${amount.denom}, in which no chain is paid`)]
}

/** Gas of a refund in another denom is always ours: no amount is too small to be worth asking for again and again. */
function refundProblems({ refunds: { minimum, approvalAbove, feeLimit, denoms } }: AppConfig, payable: readonly ServedChain[]): string[] {
  const others = new Set(denoms.map(({ denom }) => denom))
  const ofNothing = minimum.kind === 'bare' ? [] : minimum.amounts.filter(({ denom, amount }) => amount === 0n && others.has(denom) && !payable.some(chain => chain.feeDenom === denom))
  return [
    ...amountProblems('REFUND_MINIMUM', minimum, payable, others),
    ...ofNothing.map(({ denom }) => `REFUND_MINIMUM must be above 0 in ${denom}: its refunds cost us gas, and take none off`),
    ...approvalAbove ? amountProblems('REFUND_APPROVAL_ABOVE', approvalAbove, payable, others) : [],
    ...feeLimit ? amountProblems('REFUND_FEE_LIMIT', feeLimit, payable) : [],
  ]
}

function freeOfCharge(config: AppConfig, payable: readonly ServedChain[]): string[] {
  return payable.filter((chain) => {
    const fees = [config.fees.service, config.fees.perPacket].map(setting => amountIn(setting, chain.feeDenom, chain.feeExponent))
    return fees.every(fee => fee?.amount === 0n)
  }).map(chain => `CLEARING_SERVICE_FEE and CLEARING_PER_PACKET_FEE are both 0 on ${chain.chainName}: a clearing is authorised by a payment, so one of them must be above 0`)
}

/**
 * Problems that only show beside the chains' facts (prefixes, denoms, exponents); empty = fine.
 * Boot prints them all and exits 1.
 */
export function checkAgainstChains(config: AppConfig, directory: ChainDirectory): string[] {
  const chains = directory.chains()
  const payable = chains.filter(chain => paymentAddressOf(config, chain) !== null)
  const isServed = (name: string) => chains.some(chain => isNamed(chain, name))
  const feeDenoms = new Set(chains.map(chain => chain.feeDenom))
  const rateDenoms = config.fees.conversionRates.flatMap(rate => [rate.from, rate.to])
  return [
    ...config.chains.endpoints.filter(entry => !isServed(entry.chain)).map(entry => `CHAIN_RPC_ENDPOINTS names ${entry.chain}, which is neither in the chain registry nor in CHAINS_FILE`),
    ...repeatedEndpoints(config, chains),
    ...walletProblems(config, directory),
    ...amountProblems('CLEARING_SERVICE_FEE', config.fees.service, payable),
    ...amountProblems('CLEARING_PER_PACKET_FEE', config.fees.perPacket, payable),
    ...amountProblems('PAYMENT_QUORUM_AMOUNT', config.payment.quorumAmount, payable),
    ...refundProblems(config, payable),
    ...freeOfCharge(config, payable),
    ...config.refunds.denoms.filter(entry => !isServed(entry.chain)).map(entry => `REFUND_DENOMS names ${entry.chain}, which is not served`),
    ...[...new Set(rateDenoms)].filter(denom => !feeDenoms.has(denom)).map(denom => `GAS_CONVERSION_RATES names ${denom}, in which no served chain takes fees`),
  ]
}
