import { describe, expect, it } from 'vitest'
import { readBech32Prefix } from '#shared/utils/bech32'
import { recognise } from '#shared/utils/recognise'
import { aChain, aHash, aliceOnHub, aToken, bobOnOsmosis, twoChains } from '../../../builders/dto'

const chains = twoChains()
const mintscan = (name: string) => [{ name: 'mintscan', txPage: `https://www.mintscan.io/${name}/tx/\${txHash}`, accountPage: `https://www.mintscan.io/${name}/address/\${accountAddress}` }]
const known = (text: string) => recognise(text, chains)

describe('the recogniser', () => {
  it('knows a packet id and our own link to one', () => {
    expect(known('hub-1/transfer/channel-0/42')).toEqual({ kind: 'packet', packetKey: 'hub-1/transfer/channel-0/42' })
    expect(known('https://relayooor.example/packets/hub-1/transfer/channel-0/42?from=mail')).toEqual({ kind: 'packet', packetKey: 'hub-1/transfer/channel-0/42' })
  })

  it('knows a bare tx hash in any case, with or without 0x, on no particular chain', () => {
    for (const text of [aHash, aHash.toLowerCase(), `0x${aHash}`, `  ${aHash}\n`, `"${aHash}"`]) {
      expect(known(text)).toEqual({ kind: 'transaction', txHash: aHash, chainId: null })
    }
  })

  it('knows the chain of an explorer link by the templates of the served chains', () => {
    expect(known(`https://www.mintscan.io/osmosis/tx/${aHash}`)).toEqual({ kind: 'transaction', txHash: aHash, chainId: 'osmo-1' })
    expect(known(`https://mintscan.io/cosmos/tx/${aHash.toLowerCase()}?height=5`)).toEqual({ kind: 'transaction', txHash: aHash, chainId: 'hub-1' })
  })

  it('knows the chain of an unlisted explorer when its name stands in the link once', () => {
    expect(known(`https://explorer.example/osmo/transactions/${aHash}`)).toEqual({ kind: 'transaction', txHash: aHash, chainId: 'osmo-1' })
    expect(known(`https://explorer.example/juno/tx/${aHash}`)).toEqual({ kind: 'transaction', txHash: aHash, chainId: null })
  })

  // As these explorers write their links; the chains are configured with Mintscan's templates only.
  const real = [
    aChain({ chainId: 'cosmoshub-4', chainName: 'cosmoshub', explorers: mintscan('cosmos') }),
    aChain({ chainId: 'osmosis-1', chainName: 'osmosis', bech32Prefix: 'osmo', explorers: mintscan('osmosis') }),
    aChain({ chainId: 'interwoven-1', chainName: 'initia', bech32Prefix: 'init', explorers: [] }),
  ]
  it.each([
    ['Mintscan', `https://www.mintscan.io/cosmos/tx/${aHash}?height=11126209`, 'cosmoshub-4'],
    ['Mintscan, as it was', `https://www.mintscan.io/cosmos/txs/${aHash}`, 'cosmoshub-4'],
    ['Ping.pub', `https://ping.pub/cosmos/tx/${aHash}`, 'cosmoshub-4'],
    ['Ping.pub, another chain', `https://ping.pub/osmosis/tx/${aHash}`, 'osmosis-1'],
    ['ATOMScan', `https://atomscan.com/osmosis/transactions/${aHash}`, 'osmosis-1'],
    ['Big Dipper', `https://bigdipper.live/osmosis/transactions/${aHash}`, 'osmosis-1'],
    ['Big Dipper, a host per chain', `https://cosmos.bigdipper.live/transactions/${aHash}`, 'cosmoshub-4'],
    ['Celatone', `https://celatone.osmosis.zone/osmosis-1/txs/${aHash}`, 'osmosis-1'],
    ['Celatone of one chain, about another', `https://celatone.osmosis.zone/cosmoshub-4/txs/${aHash}`, 'cosmoshub-4'],
    ['InitiaScan', `https://scan.initia.xyz/interwoven-1/txs/${aHash}`, 'interwoven-1'],
    ['Range', `https://app.range.org/tx/osmosis-1/${aHash.toLowerCase()}?height=2558822`, 'osmosis-1'],
    ['Skip Go', `https://explorer.skip.build/?tx_hash=${aHash}&chain_id=osmosis-1`, 'osmosis-1'],
    ['Skip Go, the other way round', `https://explorer.skip.build/?chain_id=cosmoshub-4&tx_hash=${aHash}&is_testnet=true`, 'cosmoshub-4'],
    ['Skip Go, a route of several transactions: the first', `https://explorer.skip.build/?tx_hash=${aHash},${aHash.replace(/^A/, 'B')}&chain_id=osmosis-1`, 'osmosis-1'],
    ['one that names no chain', `https://explorer.example/tx/${aHash}`, null],
    ['one that names two', `https://explorer.example/osmosis/cosmoshub/${aHash}`, null],
  ])('knows the transaction and the chain of a link of %s', (_name, link, chainId) => {
    expect(recognise(link, real)).toEqual({ kind: 'transaction', txHash: aHash, chainId })
  })

  it('knows ATOMScan\'s links without a chain by its template', () => {
    const hub = aChain({ chainId: 'cosmoshub-4', chainName: 'cosmoshub', explorers: [{ name: 'atomscan', txPage: 'https://atomscan.com/transactions/${txHash}', accountPage: 'https://atomscan.com/accounts/${accountAddress}' }] })
    expect(recognise(`https://atomscan.com/transactions/${aHash}`, [hub, real[1]!])).toEqual({ kind: 'transaction', txHash: aHash, chainId: 'cosmoshub-4' })
    expect(recognise(`https://atomscan.com/osmosis/transactions/${aHash}`, [hub, real[1]!])).toEqual({ kind: 'transaction', txHash: aHash, chainId: 'osmosis-1' })
    expect(recognise(`https://atomscan.com/accounts/${aliceOnHub}`, [hub])).toEqual({ kind: 'address', address: aliceOnHub, chainId: 'cosmoshub-4' })
  })

  it('knows an address and its chain, also inside a link or in capitals', () => {
    expect(known(aliceOnHub)).toEqual({ kind: 'address', address: aliceOnHub, chainId: 'hub-1' })
    expect(known(bobOnOsmosis.toUpperCase())).toEqual({ kind: 'address', address: bobOnOsmosis, chainId: 'osmo-1' })
    expect(known(`https://www.mintscan.io/cosmos/account/${aliceOnHub}`)).toEqual({ kind: 'address', address: aliceOnHub, chainId: 'hub-1' })
  })

  it('says when an address has a typing error', () => {
    const mistyped = aliceOnHub.replace('zuvk', 'zuvl')
    expect(known(mistyped)).toEqual({ kind: 'mistyped_address' })
    expect(readBech32Prefix(mistyped)).toBeUndefined()
    expect(readBech32Prefix(aliceOnHub)).toBe('cosmos')
  })

  it('takes the name of a token for no transaction', () => {
    for (const text of [`ibc/${aHash}`, `ibc/${aHash.toLowerCase()}`, `"IBC/${aHash}"`, `12500000ibc/${aHash}`]) expect(known(text)).toEqual({ kind: 'denom' })
    expect(known(`https://explorer.example/ibc/tx/${aHash}`)).toMatchObject({ kind: 'transaction' })
  })

  it('knows a channel and a clearing', () => {
    expect(known('hub-1/transfer/channel-0')).toEqual({ kind: 'channel', chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' })
    expect(known(aToken.toUpperCase())).toEqual({ kind: 'clearing', token: aToken })
    expect(known(`https://relayooor.example/clearing/${aToken}`)).toEqual({ kind: 'clearing', token: aToken })
  })

  it('does not take sequence 0, 2^64, a 63 digit hash or prose for anything', () => {
    for (const text of ['hub-1/transfer/channel-0/0', 'hub-1/transfer/channel-0/18446744073709551616', aHash.slice(1), 'where is my money', '<script>alert(1)</script>', 'a/b/c']) {
      expect(known(text)).toEqual({ kind: 'unrecognised' })
    }
    expect(known('   ')).toEqual({ kind: 'empty' })
  })
})
