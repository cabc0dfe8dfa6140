import { describe, expect, it } from 'vitest'
import { findListedAsset, groupThousands, shortDenom } from '#shared/utils/listed-asset'
import { twoChains } from '../../../builders/dto'

const chains = twoChains()

describe('the symbol of a denom', () => {
  it('is the listed one of its own chain', () => {
    expect(findListedAsset('uatom', 'hub-1', chains)).toEqual({ symbol: 'ATOM', exponent: 6 })
  })

  it('follows a trace path over served channels to the chain that lists the base denom', () => {
    expect(findListedAsset('transfer/channel-0/uosmo', 'hub-1', chains)).toEqual({ symbol: 'OSMO', exponent: 6 })
    expect(findListedAsset('transfer/channel-0/transfer/channel-7/uatom', 'hub-1', chains)).toEqual({ symbol: 'ATOM', exponent: 6 })
  })

  it('is missing for look-alikes, foreign channels and unlisted denoms', () => {
    for (const denom of ['UATOM', 'uatom\u200B', 'factory/x/uatom', 'ibc/27394FB0', 'transfer/channel-9/uosmo', 'transfer/channel-0/uatom', 'transfer/channel-0', 'uosmo']) {
      expect(findListedAsset(denom, 'hub-1', chains)).toBeUndefined()
    }
  })

  it('ends on a path that goes round for ever', () => {
    expect(findListedAsset('transfer/channel-0/transfer/channel-7/'.repeat(50) + 'uatom', 'hub-1', chains)).toBeUndefined()
  })
})

it('amounts are grouped without touching decimals', () => {
  expect(groupThousands('1234567.890123')).toBe('1,234,567.890123')
  expect(groupThousands('999')).toBe('999')
})

it('a long denom keeps both ends', () => {
  expect(shortDenom('ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2')).toBe('ibc/27394F…1E5EB2')
})
