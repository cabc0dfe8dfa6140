import { describe, expect, it } from 'vitest'
import { checkAgainstChains, isRefundableDenom, paymentAddressOf, refundLimitsOf } from '../../../server/config-chains'
import { aDirectory, aServedChain, hub, zone } from '../../builders/chains'
import { aConfig, hubWallet, zoneWallet } from '../../builders/config'

const evmLike = aServedChain({ chainId: 'evm-1', chainName: 'evm', prettyName: 'Evm', bech32Prefix: 'osmo', feeDenom: 'aevm', feeSymbol: 'EVM', feeExponent: 18 })

describe('the configuration beside the chains', () => {
  it('is fine when every payable chain has an amount', () => {
    expect(checkAgainstChains(aConfig(), aDirectory())).toEqual([])
    expect(checkAgainstChains(aConfig({ SERVICE_WALLET_ADDRESS: `${hubWallet},${zoneWallet}`, GAS_CONVERSION_RATES: 'uosmo/uatom=0.05' }), aDirectory())).toEqual([])
  })

  it('refuses a bare number for a chain whose fee denom has not 6 decimals', () => {
    const problems = checkAgainstChains(aConfig({ SERVICE_WALLET_ADDRESS: `${hubWallet},${zoneWallet}`, CHAIN_RPC_ENDPOINTS: 'hub:http://a,evm-1:http://b' }), aDirectory([hub, evmLike]))
    expect(problems).toHaveLength(2)
    expect(problems[0]).toMatch(/^CLEARING_SERVICE_FEE is a bare number, but evm counts aevm with 18 decimals/)
    expect(problems[1]).toMatch(/^CLEARING_PER_PACKET_FEE/)
  })

  it('accepts the same number where that chain is not paid on', () => {
    expect(checkAgainstChains(aConfig({ CHAIN_RPC_ENDPOINTS: 'hub:http://a,evm:http://b' }), aDirectory([hub, evmLike]))).toEqual([])
  })

  it('names a payable chain without an amount, and an amount without a chain', () => {
    const problems = checkAgainstChains(aConfig({ SERVICE_WALLET_ADDRESS: `${hubWallet},${zoneWallet}`, CLEARING_SERVICE_FEE: '5uatom,7ujuno' }), aDirectory())
    expect(problems).toEqual([
      'CLEARING_SERVICE_FEE has no amount in uosmo, in which zone is paid',
      'CLEARING_SERVICE_FEE names ujuno, in which no chain is paid',
    ])
  })

  it('asks for the chain\'s name where two chains share a prefix', () => {
    const directory = aDirectory([hub, zone, aServedChain({ chainId: 'zone-2', chainName: 'zonetwo', bech32Prefix: 'osmo', feeDenom: 'uosmo' })])
    expect(checkAgainstChains(aConfig({ SERVICE_WALLET_ADDRESS: `${hubWallet},${zoneWallet}` }), directory)).toEqual([`SERVICE_WALLET_ADDRESS ${zoneWallet} fits zone and zonetwo: write chain:address`])
    expect(checkAgainstChains(aConfig({ SERVICE_WALLET_ADDRESS: `${hubWallet},zone-2:${zoneWallet}` }), directory)).toEqual([])
  })

  it('refuses wallets without a chain, and two for one chain', () => {
    expect(checkAgainstChains(aConfig({ SERVICE_WALLET_ADDRESS: `hub:${zoneWallet}` }), aDirectory())[0]).toContain('belongs to no served chain')
    expect(checkAgainstChains(aConfig({ SERVICE_WALLET_ADDRESS: `${hubWallet},hub:${hubWallet}` }), aDirectory())[0]).toContain('two addresses on hub')
  })

  it('refuses fees that are both 0, unknown endpoints, denoms and rates', () => {
    const config = aConfig({ CLEARING_SERVICE_FEE: '0', CLEARING_PER_PACKET_FEE: '0', CHAIN_RPC_ENDPOINTS: 'mars:http://a', GAS_CONVERSION_RATES: 'umars/uatom=2', REFUND_DENOMS: 'mars:x' })
    expect(checkAgainstChains(config, aDirectory()).map(problem => problem.split(' ')[0])).toEqual(['CHAIN_RPC_ENDPOINTS', 'CLEARING_SERVICE_FEE', 'REFUND_DENOMS', 'GAS_CONVERSION_RATES'])
  })

  it('refuses two URLs of a chain at one host, also where it is named once by its name and once by its id', () => {
    const config = aConfig({ CHAIN_RPC_ENDPOINTS: 'hub:https://node.example/one,hub-1:https://node.example/two,zone:http://a' })
    expect(checkAgainstChains(config, aDirectory())).toEqual(['CHAIN_RPC_ENDPOINTS names hub and hub-1, which are one chain, both at node.example: a second endpoint must be another one, nobody can vouch for himself'])
  })

  it('finds the payment address by prefix or name, and says null where nobody can pay', () => {
    const config = aConfig({ SERVICE_WALLET_ADDRESS: `hub-1:${hubWallet}` })
    expect(paymentAddressOf(config, hub)).toBe(hubWallet)
    expect(paymentAddressOf(config, zone)).toBeNull()
    expect(paymentAddressOf(aConfig({ SERVICE_WALLET_ADDRESS: zoneWallet }), zone)).toBe(zoneWallet)
  })

  it('gives back only the denoms that were listed for that very chain', () => {
    const config = aConfig({ REFUND_DENOMS: 'hub:ibc/ABC' })
    expect(isRefundableDenom(config, hub, 'ibc/ABC')).toBe(true)
    expect(isRefundableDenom(config, zone, 'ibc/ABC')).toBe(false)
    expect(isRefundableDenom(config, hub, 'ibc/ABCD')).toBe(false)
  })

  it('takes limits of refunds for the denoms that are given back, too, above 0, and for no others', () => {
    const lines = (over: Record<string, string>) => checkAgainstChains(aConfig({ REFUND_DENOMS: 'hub:ibc/ABC', ...over }), aDirectory())
    expect(lines({ REFUND_MINIMUM: '0uatom,5ibc/ABC', REFUND_APPROVAL_ABOVE: '9uatom,0ibc/ABC', REFUND_FEE_LIMIT: '7uatom' })).toEqual([])
    expect(lines({ REFUND_MINIMUM: '5ibc/ABC,0ibc/ABCD', REFUND_APPROVAL_ABOVE: '9uatom,1ibc/ABCD', REFUND_FEE_LIMIT: '7uatom,1ibc/ABC' })).toEqual([
      'REFUND_MINIMUM has no amount in uatom, in which hub is paid', 'REFUND_MINIMUM names ibc/ABCD, in which no chain is paid',
      'REFUND_APPROVAL_ABOVE names ibc/ABCD, in which no chain is paid', 'REFUND_FEE_LIMIT names ibc/ABC, in which no chain is paid',
    ])
    expect(lines({ REFUND_MINIMUM: '5uatom,0ibc/ABC' })).toEqual(['REFUND_MINIMUM must be above 0 in ibc/ABC: its refunds cost us gas, and take none off'])
  })

  it('limits refunds by what is said of their denom, and holds what nothing is said of', () => {
    const limits = (over: Record<string, string>, denom: string, chain = hub) => refundLimitsOf(aConfig({ REFUND_DENOMS: 'hub:ibc/ABC', ...over }), chain, denom)
    expect(limits({}, 'uatom')).toEqual({ minimum: 0n, approvalAbove: null, feeLimit: 30_000n })
    expect(limits({}, 'ibc/ABC')).toEqual({ minimum: null, approvalAbove: null, feeLimit: 30_000n })
    const bare = { REFUND_MINIMUM: '5', REFUND_APPROVAL_ABOVE: '9', REFUND_FEE_LIMIT: '7' }
    expect(limits(bare, 'uatom')).toEqual({ minimum: 5n, approvalAbove: 9n, feeLimit: 7n })
    expect(limits(bare, 'ibc/ABC')).toEqual({ minimum: null, approvalAbove: 0n, feeLimit: 7n })
    const named = { REFUND_MINIMUM: '5uatom,6ibc/ABC', REFUND_APPROVAL_ABOVE: '9uatom,8ibc/ABC', REFUND_FEE_LIMIT: '0uatom' }
    expect(limits(named, 'ibc/ABC')).toEqual({ minimum: 6n, approvalAbove: 8n, feeLimit: 0n })
    expect(limits({ REFUND_MINIMUM: '0uatom,0ibc/ABC' }, 'ibc/ABC').minimum).toBeNull()
    expect(limits({}, 'aevm', aServedChain({ feeDenom: 'aevm', feeExponent: 18, gasPriceFloor: '0' }))).toEqual({ minimum: 0n, approvalAbove: null, feeLimit: 0n })
  })
})
