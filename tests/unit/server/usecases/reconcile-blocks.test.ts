import { describe, expect, it } from 'vitest'
import { DomainError } from '../../../../server/domain/errors'
import type { Movement } from '../../../../server/domain/reconciliation/compare-movements'
import type { ReconcileDeps } from '../../../../server/usecases/reconcile'
import { reconcileBlocks, reconcileCursor } from '../../../../server/usecases/reconcile-blocks'
import type { ReconciliationStore } from '../../../../server/usecases/reconciliation-ports'
import type { ScannedBlock } from '../../../../server/domain/payment/inbound'
import { ScriptedChain } from '../../../builders/scripted-chain'
import { at } from '../../../builders/tokens'

interface Given {
  /** A payment of 5 uatom in this block. */
  readonly paidIn?: bigint
  readonly kept?: readonly Movement[]
  readonly endpoints?: readonly string[]
  readonly open?: Awaited<ReturnType<ReconciliationStore['openFindings']>>
  readonly gaps?: Awaited<ReturnType<ReconciliationStore['scanGaps']>>
  readonly block?: (chain: ScriptedChain, height: bigint, avoid: string | undefined) => Promise<ScannedBlock>
  readonly agreement?: ScriptedChain['agreement']
  readonly cursor?: { readonly height: bigint, readonly blockTime: Date | null } | null
}

/** Twenty blocks; `read` gets the heights that were asked for. */
function given({ paidIn, kept = [], endpoints = ['node-a', 'node-b'], open = [], gaps = [], block, agreement = 'agreed', cursor = { height: 20n, blockTime: at(20) } }: Given) {
  const chain = new ScriptedChain('hub-1')
  for (let height = 1; height <= 20; height++) chain.add(height, paidIn === BigInt(height) ? [chain.payment('memo', 5n)] : [])
  chain.agreement = agreement
  const read: bigint[] = []
  const reader: ReconcileDeps['reader'] = {
    tip: () => chain.tip(), confirmBlock: () => chain.confirmBlock(), balancesAt: async () => ({ balances: [], agreement: 'agreed' }),
    endpoints: () => endpoints.map(endpoint => ({ endpoint, status: 'ok', height: 20n, checkedAt: null })),
    block: async (chainId, height, options) => {
      read.push(height)
      return block ? block(chain, height, options?.avoidEndpoint) : { ...await chain.block(chainId, height), endpoint: options?.avoidEndpoint === 'node-a' ? 'node-b' : 'node-a' }
    },
  }
  const books = { movementsBetween: async (_: string, from: bigint, to: bigint) => kept.filter(({ height }) => from <= height && height <= to), scanGaps: async () => gaps, openFindings: async () => open }
  const store = { watchedWallets: async () => [{ chainId: 'hub-1', address: 'cosmos1service', role: 'service', watchedFrom: 2n, openedHeight: 3n }], cursor: async () => cursor }
  // The rest of the stores is not asked here.
  const deps = { reader, books, store, ids: { randomIntegers: () => [0] } } as unknown as ReconcileDeps
  return { read, blocks: (recentBlocks = 3n, olderBlocks = 2n) => reconcileBlocks(deps, 'hub-1', { recentBlocks, olderBlocks }, 20n), cursor: () => reconcileCursor(deps, 'hub-1') }
}

const results = (checks: readonly { readonly result: string, readonly scope: string }[]) => checks.map(({ scope, result }) => `${scope} ${result}`)
const unavailable = () => Promise.reject(new DomainError('chain_unavailable', 'nobody has it'))
const payment: Movement = { direction: 'in', height: 19n, txIndex: 0, msgIndex: 0, wallet: 'cosmos1service', txHash: 'AB', other: 'cosmos1payer', coins: [{ denom: 'uatom', amount: 5n }], fee: [], code: 0 }

describe('blocks read anew', () => {
  it('are the newest, and some at a random place since the watching began', async () => {
    const { read, blocks } = given({})
    const [check, ...others] = await blocks()
    expect(others).toEqual([])
    expect(check).toMatchObject({ result: 'sound', sentence: 'Read anew, blocks 18 to 20 and blocks 3 to 4 of hub-1 moved of ours exactly what the rows keep.' })
    expect(read.sort((a, b) => Number(a - b))).toEqual([3n, 4n, 18n, 19n, 20n])
  })

  it('are those since the watching began when the window is larger', async () => {
    const { read, blocks } = given({})
    await blocks(100n, 100n)
    expect(read).toHaveLength(18)
  })

  it('say that one endpoint alone vouches for them', async () => {
    expect((await given({ endpoints: ['node-a'] }).blocks())[0]).toMatchObject({ result: 'sound', sentence: expect.stringContaining('on the word of the only endpoint') })
  })

  it('break I3 by a payment that no row keeps', async () => {
    expect(await given({ paidIn: 19n }).blocks()).toMatchObject([{ result: 'broken', findings: [{ subject: 'block:19/in/0/0/cosmos1service/uatom' }] }])
    expect(await given({ paidIn: 19n, kept: [payment] }).blocks()).toMatchObject([{ result: 'sound' }])
  })

  it.each(['disputed', 'waiting'] as const)('tell nothing of a difference that no second endpoint vouches for (%s)', async (agreement) => {
    expect(results(await given({ paidIn: 19n, agreement }).blocks())).toEqual(['block: sound', 'nothing cannot_tell'])
  })

  it('tell nothing when only the endpoint shows them that the scanner asks itself', async () => {
    const checks = await given({ block: async (chain, height) => ({ ...await chain.block('hub-1', height), endpoint: 'node-a' }) }).blocks()
    expect(results(checks)).toEqual(['block: sound', 'nothing cannot_tell'])
    expect(checks[1]?.sentence).toContain('only node-a shows it, which the scanner asks itself')
  })

  it('are not asked for one by one when nobody shows any', async () => {
    const { read, blocks } = given({ block: unavailable })
    const checks = await blocks(16n, 0n)
    expect(results(checks)).toEqual(['block: sound', 'nothing cannot_tell'])
    expect(checks[1]?.sentence).toBe('16 of blocks 5 to 20 of hub-1 cannot be compared, block 5 first: nobody has it.')
    expect(read).toHaveLength(4)
  })

  it('leave out what an admin let the scanner pass', async () => {
    const { read, blocks } = given({ gaps: [{ fromHeight: 18n, toHeight: 19n, reason: 'pruned' }] })
    expect(await blocks(3n, 0n)).toMatchObject([{ result: 'sound' }])
    expect(read).toEqual([20n])
  })

  it('include those of open findings, which stay open when they cannot be read', async () => {
    const open = [{ chainId: 'hub-1', invariant: 'I3' as const, subject: 'block:9/in/0/0/cosmos1service/uatom', sentence: '' }]
    const { read, blocks } = given({ open })
    expect(await blocks(3n, 0n)).toMatchObject([{ result: 'sound' }])
    expect(read).toContain(9n)
    const gone = given({ open, block: (chain, height) => height === 9n ? unavailable() : chain.block('hub-1', height).then(block => ({ ...block, endpoint: 'node-b' })) })
    expect(results(await gone.blocks(3n, 0n))).toEqual(['block: sound', 'block:9/ cannot_tell', 'nothing cannot_tell'])
  })
})

describe('the cursor', () => {
  it('is sound at the block that the chain has there', async () => {
    expect(await given({}).cursor()).toMatchObject([{ result: 'sound' }])
    const gaps = [{ fromHeight: 15n, toHeight: 15n, reason: 'pruned' }]
    expect(await given({ gaps, cursor: { height: 15n, blockTime: at(14) } }).cursor(), 'at a skipped block the time is that of an earlier one').toMatchObject([{ result: 'sound' }])
  })

  it('breaks I9 far beyond the tip, and cannot be told a little beyond it', async () => {
    expect(await given({ cursor: { height: 31n, blockTime: at(31) } }).cursor()).toMatchObject([{ result: 'broken', sentence: 'The scanner of hub-1 says it read block 31, and the chain\'s newest is 20.' }])
    expect(await given({ cursor: { height: 30n, blockTime: at(30) } }).cursor()).toMatchObject([{ result: 'cannot_tell' }])
  })

  it.each([14, 17])('breaks I9 at a block of another time than the one it read: another chain, or one that was rolled back', async (second) => {
    expect(await given({ cursor: { height: 15n, blockTime: at(second) } }).cursor()).toMatchObject([{ result: 'broken', sentence: expect.stringContaining('this is another chain, or it was rolled back') }])
  })

  it('cannot be told before a block was scanned', async () => {
    expect(await given({ cursor: null }).cursor()).toMatchObject([{ result: 'cannot_tell' }])
  })
})
