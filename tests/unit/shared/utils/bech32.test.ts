import { toBech32 } from '@cosmjs/encoding'
import { describe, expect, it } from 'vitest'
import { isAccountAddress, readBech32Prefix } from '../../../../shared/utils/bech32'

const address = (bytes: number, prefix = 'cosmos') => toBech32(prefix, new Uint8Array(bytes).fill(7))

describe('addresses', () => {
  it('are told by their prefix and checksum', () => {
    expect(readBech32Prefix(address(20))).toBe('cosmos')
    expect(readBech32Prefix(address(20, 'osmo'))).toBe('osmo')
    expect(readBech32Prefix(address(20).replace(/.$/, letter => letter === 'q' ? 'p' : 'q'))).toBeUndefined()
    expect(readBech32Prefix(address(20).toUpperCase())).toBeUndefined()
  })

  it('are an account\'s with 20 or 32 bytes under the chain\'s own prefix', () => {
    expect([isAccountAddress(address(20), 'cosmos'), isAccountAddress(address(32), 'cosmos')]).toEqual([true, true])
    expect([19, 21, 31, 33].filter(bytes => isAccountAddress(address(bytes), 'cosmos'))).toEqual([])
    expect(isAccountAddress(address(20), 'osmo')).toBe(false)
    expect(isAccountAddress(address(20, 'cosmosvaloper'), 'cosmos')).toBe(false)
  })
})
