import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as ledger from '../../../../../server/domain/ledger/entries'
import type { PaymentId, PlannedRefund } from '../../../../../server/domain/clearing/operation'
import { refundReasons, type RefundReason } from '../../../../../shared/types/clearing'

const wallet: ledger.MovedWallet = { role: 'service', address: 'cosmos1service', height: 7n }
const held = 'wallet:service:cosmos1service'
const owedTo = 'liability:operation:op'
const refundOf = (reason: RefundReason, amount: bigint): PlannedRefund => ({ paymentId: 'p' as PaymentId, coin: { denom: 'uatom', amount }, reason, networkFeeDeducted: false })
const uatom = (amount: bigint) => ({ denom: 'uatom', amount })
/** Account → what it gained, per denom. */
const effect = (legs: readonly (ledger.LedgerLeg & { readonly denom?: string })[]) => Object.fromEntries(legs.map(leg => [`${leg.account}${leg.denom === undefined ? '' : ` ${leg.denom}`}`, leg.amount]))

describe('what is booked', () => {
  it('is owed to nobody known when coins reach a wallet, and to the operation once they are credited', () => {
    expect(ledger.paymentReceivedLegs(wallet, 5n)).toEqual([{ account: 'liability:unallocated', amount: -5n }, { account: held, amount: 5n, height: 7n }])
    expect(effect(ledger.paymentCreditedLegs('op', 5n))).toEqual({ 'liability:unallocated': 5n, [owedTo]: -5n })
    expect(effect(ledger.revenueLegs('op', 5n))).toEqual({ [owedTo]: 5n, revenue: -5n })
  })

  it('is nobody\'s yet when it came in blocks that nobody could read, and unexplained when it left in them', () => {
    expect(effect(ledger.skippedLegs(wallet, [uatom(5n), { denom: 'uosmo', amount: -2n }]))).toEqual({ 'liability:unallocated uatom': -5n, [`${held} uatom`]: 5n, [`${held} uosmo`]: -2n, 'unexplained uosmo': 2n })
  })

  it('is what the wallet has again, and less unexplained, when coins of such blocks turn out to be known', () => {
    expect(effect(ledger.unskippedLegs(wallet, [uatom(5n), { denom: 'uosmo', amount: 2n }]))).toEqual({ [`${held} uatom`]: 5n, 'unexplained uatom': -5n, [`${held} uosmo`]: 2n, 'unexplained uosmo': -2n })
  })

  it('is the owner\'s when the owner\'s coins reach a wallet or leave it', () => {
    expect(effect(ledger.capitalReceivedLegs(wallet, 5n))).toEqual({ 'equity:owner': -5n, [held]: 5n })
    expect(effect(ledger.withdrawnLegs(wallet, [uatom(5n), { denom: 'uosmo', amount: 2n }]))).toEqual({ [`${held} uatom`]: -5n, 'equity:owner uatom': 5n, [`${held} uosmo`]: -2n, 'equity:owner uosmo': 2n })
  })

  it.each(refundReasons)('is a refund taken from where its coins were (%s)', (reason) => {
    const neverCredited = ['overpaid', 'duplicate', 'too_late', 'wrong_denom'].includes(reason)
    expect(effect(ledger.refundPlannedLegs('op', refundOf(reason, 5n)))).toEqual({ [neverCredited ? 'liability:unallocated' : owedTo]: 5n, 'liability:refunds_payable': -5n })
  })

  it('is owed to its payer when a person sends unallocated coins back', () => {
    expect(effect(ledger.unallocatedReturnedLegs(5n))).toEqual({ 'liability:unallocated': 5n, 'liability:refunds_payable': -5n })
  })

  it('is nothing owed any more once a refund is paid, and what the payer bore of the gas lessens ours', () => {
    expect(ledger.refundConfirmedLegs(wallet, uatom(10n), uatom(10n))).toEqual([{ account: held, amount: -10n, height: 7n, denom: 'uatom' }, { account: 'liability:refunds_payable', amount: 10n, denom: 'uatom' }])
    expect(ledger.refundConfirmedLegs(wallet, uatom(10n), uatom(7n))).toEqual([
      { account: held, amount: -7n, height: 7n, denom: 'uatom' }, { account: 'liability:refunds_payable', amount: 7n, denom: 'uatom' },
      { account: 'expense:gas', amount: -3n, denom: 'uatom' }, { account: 'liability:refunds_payable', amount: 3n, denom: 'uatom' },
    ])
  })

  it('is gas for a fee, and unexplained for what fits nothing', () => {
    expect(effect(ledger.feePaidLegs(wallet, [uatom(3n)]))).toEqual({ [`${held} uatom`]: -3n, 'expense:gas uatom': 3n })
    expect(effect(ledger.unexplainedLegs(wallet, [uatom(3n)]))).toEqual({ [`${held} uatom`]: -3n, 'unexplained uatom': 3n })
    expect(ledger.feePaidLegs(wallet, [])).toEqual([])
  })

  it('is no longer unexplained once a person has told which refund it paid', () => {
    expect(ledger.strangerIsRefundLegs(uatom(10n), uatom(10n))).toEqual([{ account: 'unexplained', amount: -10n, denom: 'uatom' }, { account: 'liability:refunds_payable', amount: 10n, denom: 'uatom' }])
    expect(ledger.strangerIsRefundLegs(uatom(10n), uatom(7n))).toEqual([
      { account: 'unexplained', amount: -7n, denom: 'uatom' }, { account: 'liability:refunds_payable', amount: 7n, denom: 'uatom' },
      { account: 'expense:gas', amount: -3n, denom: 'uatom' }, { account: 'liability:refunds_payable', amount: 3n, denom: 'uatom' },
    ])
  })

  it('is the owner\'s capital, what a wallet held before anything was booked', () => {
    expect(ledger.openingOf([uatom(10n), { denom: 'uosmo', amount: 2n }, { denom: 'ibc/AA', amount: 1n }], [uatom(4n), uatom(-1n), { denom: 'uosmo', amount: 2n }, { denom: 'azone', amount: 3n }])).toEqual([
      { denom: 'azone', amount: -3n }, { denom: 'ibc/AA', amount: 1n }, uatom(7n),
    ])
    expect(ledger.openingOf([], [])).toEqual([])
  })

  it('names each wallet by role and address, and the height on its legs alone', () => {
    expect(ledger.walletAccount('relayer', 'osmo1relayer')).toBe('wallet:relayer:osmo1relayer')
    const sets = [ledger.paymentReceivedLegs(wallet, 5n), ledger.capitalReceivedLegs(wallet, 5n), ledger.feePaidLegs(wallet, [uatom(1n)]), ledger.refundConfirmedLegs(wallet, uatom(10n), uatom(7n)), ledger.unexplainedLegs(wallet, [uatom(1n)])]
    for (const leg of sets.flat()) expect(leg.height).toBe(leg.account.startsWith('wallet:') ? 7n : undefined)
  })

  it('is, at the opening of a wallet, what it held besides its legs, denom by denom', () => {
    const uosmo = (amount: bigint) => ({ denom: 'uosmo', amount })
    expect(ledger.openingOf([uosmo(3n), uatom(10n)], [uatom(4n)])).toEqual([uatom(6n), uosmo(3n)])
    expect(ledger.openingOf([uatom(10n)], [uatom(10n)])).toEqual([])
    expect(ledger.openingOf([], [uatom(4n), uosmo(-2n)])).toEqual([uatom(-4n), uosmo(2n)])
    expect(ledger.openingOf([], [])).toEqual([])
  })

  it('sums to zero per denom, whatever is booked, and the life of a payment leaves nothing owed', () => {
    const amounts = fc.bigInt({ min: 1n, max: 10n ** 30n })
    fc.assert(fc.property(amounts, amounts, amounts, fc.constantFrom(...refundReasons), (first, second, third, reason) => {
      const [small, large] = first < second ? [first, second] : [second, first]
      const sets: readonly (readonly (ledger.LedgerLeg & { readonly denom?: string })[])[] = [
        ledger.paymentReceivedLegs(wallet, first), ledger.capitalReceivedLegs(wallet, first), ledger.paymentCreditedLegs('op', first), ledger.revenueLegs('op', first), ledger.refundPlannedLegs('op', refundOf(reason, first)),
        ledger.refundConfirmedLegs(wallet, uatom(large), uatom(small)), ledger.feePaidLegs(wallet, [uatom(first), { denom: 'uosmo', amount: third }]), ledger.withdrawnLegs(wallet, [uatom(first)]), ledger.unexplainedLegs(wallet, [uatom(first)]),
        ledger.strangerIsRefundLegs(uatom(large), uatom(small)), ledger.skippedLegs(wallet, [uatom(first), { denom: 'uosmo', amount: -third }]), ledger.unskippedLegs(wallet, [uatom(first), { denom: 'uosmo', amount: third }]),
      ]
      for (const set of sets) {
        for (const denom of new Set(set.map(leg => leg.denom))) expect(set.filter(leg => leg.denom === denom).reduce((sum, leg) => sum + leg.amount, 0n)).toBe(0n)
      }
      const life = [ledger.paymentReceivedLegs(wallet, large + third), ledger.paymentCreditedLegs('op', large), ledger.revenueLegs('op', large - small), ledger.refundPlannedLegs('op', refundOf('not_cleared', small)), ledger.refundPlannedLegs('op', refundOf('overpaid', third)),
        ledger.refundConfirmedLegs(wallet, uatom(small + third), uatom(small + third))].flat()
      const balance = (account: string) => life.filter(leg => leg.account === account).reduce((sum, leg) => sum + leg.amount, 0n)
      expect([balance('liability:unallocated'), balance(owedTo), balance('liability:refunds_payable'), balance(held), balance('revenue')]).toEqual([0n, 0n, 0n, large - small, small - large])
    }))
  })
})
