import { afterEach, describe, expect, it } from 'vitest'
import type { RpcFault } from '../system/gates/rpc-faults'
import type { RpcGate } from '../system/gates/rpc-gate'
import { frozenAt, indexerOff, onChain, partialSearch, prunedBelow } from '../system/gates/rpc-lies'
import { creditedPayment, openNodesWorld, type OpenedNodesWorld } from './nodes.world'

let world: OpenedNodesWorld
afterEach(() => world.close())

const faults: readonly (readonly [string, RpcFault])[] = [
  ['429 with Retry-After', { kind: 'status', status: 429, retryAfterSeconds: 2 }], ['503', { kind: 'status', status: 503 }], ['a web page', { kind: 'html' }], ['cut JSON', { kind: 'cut' }],
  ['nothing', { kind: 'hang' }], ['everything too late', { kind: 'slow', delayMs: 3_000 }], ['a gzip bomb', { kind: 'gzip_bomb' }], ['a body that never ends', { kind: 'endless' }],
]

const megabyte = 1024 * 1024
/** 64 MB is the most that an answer may have; what is in flight when it is cut comes on top. */
const mostBytesOfOneCall = 70 * megabyte
const mostCalls = 30

/** Two bombs at once, each up to the size at which it is cut, and their copies. */
async function expectBoundedMemory(act: () => Promise<unknown>): Promise<void> {
  const before = process.memoryUsage().rss
  await act()
  expect(process.memoryUsage().rss - before).toBeLessThan(600 * megabyte)
}

/** Blocks and looks until the payment is credited, once; an open breaker lets a call through again after at most five seconds. */
async function creditedOnceWhenOver(): Promise<void> {
  for (const gate of world.gates) gate.clear()
  await expect.poll(async () => {
    await world.block().catch(() => undefined) // no node answers yet
    return world.paymentRows()
  }, { timeout: 20_000, interval: 250 }).toEqual([creditedPayment])
}

describe('every node of a chain answers with', () => {
  it.each(faults)('case 18e: %s: a bounded number of bounded tries, the other chain is read on, and nothing is missed', async (_what, fault) => {
    world = await openNodesWorld()
    const { token } = await world.issue()
    for (const gate of world.gates) gate.fault = () => fault
    const before = world.gates.map(gate => ({ calls: gate.calls.length, bytes: gate.bytesWritten() }))
    const height = BigInt(await world.payUnseen(token))
    await expectBoundedMemory(async () => {
      const [outcome, other] = await Promise.all([world.scanner()(world.chainId, height).then(() => 'read', (error: { code?: string }) => error.code), world.reader.tip('sandbox-zone-1')])
      expect(outcome).toBe('chain_unavailable')
      expect(other.height).toBeGreaterThan(0n)
    })
    for (const [index, gate] of world.gates.entries()) {
      const calls = gate.calls.length - before[index]!.calls
      expect(calls).toBeLessThanOrEqual(mostCalls)
      expect((gate.bytesWritten() - before[index]!.bytes) / Math.max(1, calls)).toBeLessThan(mostBytesOfOneCall)
    }
    expect(world.shown()).toEqual(['down', 'down'])
    expect(await world.paymentRows()).toEqual([])
    await creditedOnceWhenOver()
  })
})

describe('one of two nodes', () => {
  const kinds: readonly (readonly [string, (gate: RpcGate) => Promise<void> | void])[] = [
    ...faults.map(([what, fault]) => [`answers with ${what}`, (gate: RpcGate) => void (gate.fault = () => fault)] as const),
    ['stands still', async gate => void (gate.lies = [frozenAt(Number(await world.height()))])],
    ['is on another chain', gate => void (gate.lies = [onChain('other-1')])],
    ['has pruned everything', gate => void (gate.lies = [prunedBelow(1_000)])],
  ]
  const cells = kinds.flatMap(([what, breakNode]) => [0, 1].map(index => ({ what, breakNode, index })))

  it.each(cells)('case 18g: node $index $what: the payment is kept, never credited on one word, and credited once when it is well', async ({ breakNode, index }) => {
    world = await openNodesWorld()
    const { token } = await world.issue()
    await breakNode(world.gates[index]!)
    await world.payUnseen(token)
    const startedAt = performance.now()
    await expectBoundedMemory(() => world.scanPatiently())
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    expect((await world.paymentRows()).map(({ state }) => state)).toEqual(['seen'])
    await creditedOnceWhenOver()
  })

  it.each<[string, (gate: RpcGate) => void]>([
    ['is slow', gate => gate.fault = () => ({ kind: 'slow', delayMs: 1_000 })],
    ['has its index off', gate => gate.lies = [indexerOff]],
    ['leaves a row out of its searches and counts as it likes', gate => gate.lies = [partialSearch(count => count + 7)]],
  ])('%s: the payment is credited all the same', async (_what, breakNode) => {
    world = await openNodesWorld()
    const { token } = await world.issue()
    breakNode(world.gates[0]!)
    await world.payUnseen(token)
    await expect.poll(async () => {
      await world.scanPatiently(1)
      return world.paymentRows()
    }, { timeout: 15_000 }).toEqual([creditedPayment])
  })

  it.each([['are gzip bombs', 'gzip_bomb'], ['never end', 'endless']] as const)('case 18f: its blocks alone %s: cut at the size an answer may have, and its word is waited for', async (_what, kind) => {
    world = await openNodesWorld()
    const { token } = await world.issue()
    world.gates[0]!.fault = ({ method }) => method === 'block' || method === 'block_results' ? { kind } : undefined
    await world.payUnseen(token)
    await expectBoundedMemory(() => world.scan())
    expect((await world.paymentRows()).map(payment => payment.state)).toEqual(['seen'])
    await creditedOnceWhenOver()
  })
})
