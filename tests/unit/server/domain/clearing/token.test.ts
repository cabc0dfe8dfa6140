import { describe, expect, it } from 'vitest'
import { makeTokenSigner } from '../../../../../server/adapters/system/secrets'
import { canonicalTokenText, type TokenPromise } from '../../../../../server/domain/clearing/token'
import { makeMemoCode } from '#shared/utils/memo-code'
import { aToken } from '../../../../builders/tokens'

describe('what a token\'s signature covers', () => {
  const promise: TokenPromise = aToken({ sequences: [1n, 2n] })
  const text = canonicalTokenText(promise)

  it('is the same text for the same promise', () => {
    expect(canonicalTokenText(structuredClone(promise))).toBe(text)
  })

  const [first, second] = promise.packets
  if (!first || !second) throw new Error('the builder made no packets')
  const changes: [string, Partial<TokenPromise>][] = [
    ['token', { token: '00000000-0000-4000-8000-000000000000' }],
    ['memo code', { memoCode: makeMemoCode([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) }],
    ['wallet', { walletAddress: 'cosmos1other' }],
    ['payment chain', { paymentChainId: 'zone-1' }],
    ['payment address', { paymentAddress: 'cosmos1thief' }],
    ['total', { total: { ...promise.total, amount: promise.total.amount - 1n } }],
    ['denom', { total: { ...promise.total, denom: 'uosmo' } }],
    ['a fee line', { feeLines: promise.feeLines.map(line => ({ ...line, coin: { ...line.coin, amount: 1n } })) }],
    ['a packet', { packets: [first] }],
    ['the packets\' order', { packets: [second, first] }],
    ['a need', { packets: [{ ...first, need: 'timeout' }, second] }],
    ['a share', { packets: [{ ...first, share: { ...first.share, amount: 99n } }, second] }],
    ['issued at', { issuedAt: new Date(0) }],
    ['expiry', { expiresAt: new Date(promise.expiresAt.getTime() + 1) }],
    ['grace', { graceUntil: new Date(promise.graceUntil.getTime() + 1) }],
  ]

  it.each(changes)('case 32d: changes with %s', (_name, change) => {
    const signer = makeTokenSigner(Buffer.from('a key'))
    const changed = canonicalTokenText({ ...promise, ...change })
    expect(changed).not.toBe(text)
    expect(signer.verify(changed, signer.sign(text))).toBe(false)
  })
})
