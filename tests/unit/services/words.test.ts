import { describe, expect, it } from 'vitest'
import { packetRefusalCodes, errorCodes } from '#shared/types/error-codes'
import { en } from '../../../locales/en'
import { es } from '../../../locales/es'
import { innerWords } from '../../../locales/en/inner'
import { elapsedSeconds, nextSentence, stagesOf } from '../../../services/progress'
import { toWalletFailure, WalletFailure } from '../../../services/wallet-failure'
import { packetLabel } from '../../../services/packet-words'
import { clearPage, packetPage, readPacketKeys } from '../../../services/packet-link'
import { chainSuggestion } from '../../../services/chain-suggestion'
import { aChain, aClearedStatus, aPacket, aPacketId, aStatus, anEvent } from '../../builders/dto'

describe('words for failures', () => {
  it('every error code has a sentence and a next step for a person, and none shows its code', () => {
    for (const { failures: { problems, refusals } } of [en, es]) {
      for (const code of errorCodes) {
        expect(problems[code].sentence).toMatch(/^\p{Lu}.*\.$/u)
        expect(problems[code].nextStep).toMatch(/\.$/)
        expect(problems[code].sentence).not.toContain('_')
      }
      for (const code of packetRefusalCodes) expect(refusals[code]).toMatch(/\.$/)
    }
  })

  it('what wallets throw is sorted into our codes', () => {
    const codeOf = (text: string) => toWalletFailure(new Error(text)).code
    expect(codeOf('Request rejected')).toBe('rejected')
    expect(codeOf('Transaction declined')).toBe('rejected')
    expect(codeOf('User denied the request')).toBe('rejected')
    expect(codeOf('key ring is locked')).toBe('locked')
    expect(codeOf('There is no chain info for hub-1')).toBe('chain_unknown')
    expect(codeOf('Signer mismatched')).toBe('wrong_account')
    expect(codeOf('Cannot read properties of undefined')).toBe('wallet_error')
    const ours = new WalletFailure('insufficient_balance')
    expect(toWalletFailure(ours)).toBe(ours)
  })
})

describe('the label of a packet', () => {
  const label = (over: Parameters<typeof aPacket>[0]) => packetLabel(aPacket(over), en).text

  it('speaks of a refund, or of money that went back, only where tokens are known to be in it', () => {
    expect(label({ state: 'timed_out' })).toBe('Timed out, refund waiting')
    expect(label({ state: 'timed_out', transfer: null })).toBe('Timed out')
    expect(label({ state: 'stuck_error_acknowledged', transfer: null })).toBe('Refused, not confirmed')
    expect(label({ state: 'completed', outcome: 'returned_by_error' })).toBe('Returned to sender')
    expect(label({ state: 'completed', outcome: 'returned_by_error', transfer: null })).toBe('Refused')
    expect(label({ state: 'stuck_undelivered', transfer: null })).toBe('Stuck: not delivered')
  })
})

describe('progress', () => {
  const states = (status: Parameters<typeof stagesOf>[0]) => stagesOf(status).map(stage => stage.state)

  it('nothing is done before the chain has shown it', () => {
    expect(states(aStatus())).toEqual(['current', 'waiting', 'waiting', 'waiting'])
  })

  it('moves with credit, run and result', () => {
    const paid = { ...aClearedStatus(), status: 'clearing' as const, finishedAt: null, events: [anEvent('3', 'run_started')] }
    expect(states(paid)).toEqual(['done', 'done', 'current', 'waiting'])
    expect(states(aClearedStatus())).toEqual(['done', 'done', 'done', 'done'])
  })

  it('an expired or needless clearing never shows relaying as done', () => {
    expect(states(aStatus({ status: 'expired', finishedAt: '2026-11-24T03:00:00Z' }))[2]).toBe('waiting')
    expect(states({ ...aClearedStatus({ status: 'not_needed' }), events: [anEvent('3', 'payment_credited')] })[2]).toBe('waiting')
  })

  it('says what happens next in the language of the page, as the server says it in English', () => {
    const money = { symbol: 'ATOM', exponent: 6, decimal: (text: string) => text }
    expect(nextSentence(aStatus(), innerWords, money)).toBe(aStatus().next.sentence)
    const held = { ...aClearedStatus(), next: { code: 'not_cleared' as const, refund: 'held_minimum' as const, sentence: '', by: null } }
    expect(nextSentence(held, es, money)).toMatch(/no se pudieron liberar.*demasiado pequeño/)
  })

  it('counts from the credit to the end', () => {
    expect(elapsedSeconds(aStatus(), Date.now())).toBeUndefined()
    expect(elapsedSeconds(aClearedStatus(), Date.now())).toBe(6)
  })
})

describe('links', () => {
  it('packets survive the way into an address and back, without doubles and nonsense', () => {
    const link = clearPage([aPacketId('1'), aPacketId('2')])
    expect(link).toBe('/clear?packets=hub-1/transfer/channel-0/1,hub-1/transfer/channel-0/2')
    expect(readPacketKeys('hub-1/transfer/channel-0/1,hub-1/transfer/channel-0/1, x ,hub-1/transfer/channel-0/0')).toEqual([aPacketId('1')])
    expect(packetPage(aPacketId('9'))).toBe('/packets/hub-1/transfer/channel-0/9')
  })
})

it('a chain that a wallet does not know is described with its own prefix, denoms and live gas price', () => {
  const info = chainSuggestion(aChain({ bech32Prefix: 'simd', assets: [] }), '0.025')
  expect(info.bech32Config?.bech32PrefixValAddr).toBe('simdvaloper')
  expect(info.rpc).toBe('http://127.0.0.1:26657')
  expect(info.currencies).toEqual([{ coinDenom: 'ATOM', coinMinimalDenom: 'uatom', coinDecimals: 6 }])
  expect(info.feeCurrencies[0]?.gasPriceStep?.low).toBe(0.025)
})
