import { describe, expect, it } from 'vitest'
import { compareMovements, heightOfFinding, type Movement } from '../../../../../server/domain/reconciliation/compare-movements'

const aMovement = (over: Partial<Movement> = {}): Movement => ({
  direction: 'in', height: 7n, txIndex: 1, msgIndex: 0, wallet: 'cosmos1service', txHash: 'AB', other: 'cosmos1payer', coins: [{ denom: 'uatom', amount: 5n }], fee: [], code: 0, ...over,
})
const sentences = (shown: readonly Movement[], kept: readonly Movement[]) => compareMovements('hub-1', shown, kept).map(finding => finding.sentence)

describe('what blocks show and what rows keep', () => {
  it('are the same when they say the same, whatever the order', () => {
    const out = aMovement({ direction: 'out', fee: [{ denom: 'uatom', amount: 2n }], coins: [{ denom: 'a', amount: 1n }, { denom: 'b', amount: 2n }] })
    const stored = { ...out, coins: [...out.coins].reverse() }
    expect(sentences([aMovement(), out], [stored, aMovement()])).toEqual([])
  })

  it('differ by a transfer that no row keeps', () => {
    expect(sentences([aMovement()], [])).toEqual(['Block 7 of hub-1 shows 5 uatom from cosmos1payer to cosmos1service (transaction AB), and no row keeps it.'])
  })

  it('differ by a row that no block shows', () => {
    expect(sentences([], [aMovement({ txHash: null, txIndex: -1 })])).toEqual(['A row keeps 5 uatom from cosmos1payer to cosmos1service (of the block itself) in block 7 of hub-1, and the block does not show it.'])
  })

  it.each<[string, Partial<Movement>]>([
    ['amount', { coins: [{ denom: 'uatom', amount: 4n }] }], ['sender', { other: 'cosmos1stranger' }], ['result', { code: 5 }], ['fee', { fee: [{ denom: 'uatom', amount: 1n }] }],
  ])('differ by the %s of a row', (_, over) => {
    const [finding, ...others] = compareMovements('hub-1', [aMovement()], [aMovement(over)])
    expect(others).toEqual([])
    expect(finding).toMatchObject({ invariant: 'I3', chainId: 'hub-1', subject: 'block:7/in/1/0/cosmos1service/uatom' })
    expect(finding?.sentence).toContain(', and its row says ')
  })

  it('say which height a finding is about', () => {
    expect(heightOfFinding('block:7/in/1/0/cosmos1service/uatom')).toBe(7n)
    expect(heightOfFinding('wallet:service:a/uatom')).toBeNull()
  })
})
