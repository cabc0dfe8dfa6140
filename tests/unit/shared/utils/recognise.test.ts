import { describe, expect, it } from 'vitest'
import { readBech32Prefix } from '#shared/utils/bech32'
import { recognise } from '#shared/utils/recognise'
import { aHash, aliceOnHub, aToken, bobOnOsmosis, twoChains } from '../../../builders/dto'

const chains = twoChains()
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
