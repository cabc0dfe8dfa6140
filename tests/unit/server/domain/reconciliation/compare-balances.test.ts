import { describe, expect, it } from 'vitest'
import { compareBalances, type WalletReading } from '../../../../../server/domain/reconciliation/compare-balances'

const uatom = (amount: bigint) => ({ denom: 'uatom', amount })
const aReading = (over: Partial<WalletReading> = {}): WalletReading =>
  ({ chainId: 'hub-1', account: 'wallet:service:cosmos1service', height: 20n, balances: [uatom(100n)], legs: [uatom(100n)], checkpoints: [], legsAtCheckpoints: [], ...over })
const sentencesOf = (over: Partial<WalletReading>) => compareBalances(aReading(over)).map(finding => finding.sentence)

describe('balances and books', () => {
  it('agree to the unit or not at all', () => {
    expect(sentencesOf({})).toEqual([])
    expect(sentencesOf({ balances: [uatom(10n ** 30n)], legs: [uatom(10n ** 30n - 1n)] })).toEqual([
      'wallet:service:cosmos1service on hub-1 holds 1000000000000000000000000000000 uatom after block 20, 1 uatom more than the books, which have 999999999999999999999999999999. They were never seen to agree.',
    ])
  })

  it('are compared in every denom that either of them or an earlier comparison knows', () => {
    const findings = compareBalances(aReading({ balances: [uatom(100n), { denom: 'uosmo', amount: 3n }], legs: [uatom(100n), { denom: 'ugone', amount: 4n }] }))
    expect(findings.map(({ subject }) => subject)).toEqual(['wallet:service:cosmos1service/ugone', 'wallet:service:cosmos1service/uosmo'])
    expect(findings[0]?.sentence).toContain('holds 0 ugone after block 20, 4 ugone less than the books')
  })

  it('tell where they last agreed, and what each did since', () => {
    expect(sentencesOf({ legs: [uatom(93n)], checkpoints: [{ denom: 'uatom', height: 12n, balance: 90n }], legsAtCheckpoints: [{ ...uatom(90n), height: 12n }] })[0])
      .toContain('7 uatom more than the books, which have 93. They agreed at block 12; since then the wallet changed by 10 and the books by 3.')
  })

  it('do not agree when entries were added for a block that was compared before, even if they cancel out', () => {
    expect(sentencesOf({ checkpoints: [{ denom: 'uatom', height: 12n, balance: 90n }], legsAtCheckpoints: [{ ...uatom(95n), height: 12n }] })[0])
      .toContain('At block 12 they agreed on 90, and the books have 95 for that block today')
  })

  it('agree when a denom came to nothing in both', () => {
    expect(sentencesOf({ balances: [], legs: [], checkpoints: [{ denom: 'uatom', height: 12n, balance: 90n }], legsAtCheckpoints: [{ ...uatom(90n), height: 12n }] })).toEqual([])
  })
})
