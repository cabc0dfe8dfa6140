import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import type { ClearingToken } from '../../shared/schemas/clearing'
import { expectCleared, expectMoneyWhole, receivesSent } from './checks'
import { hub, inWorld, zone, type World } from './harness'

/** A node that does not follow: it is up, and knows nothing new. */
const behind = (endpoint: number) => ({ call: 'conditions', body: { chainId: hub, endpoint, behind: 0 } })
const fault = (endpoint: number, kind: string) => ({ call: 'faults/rpc', body: { chainId: hub, endpoint, kind } })

const endpointFaults = [
  ['falls behind', behind],
  ['answers 503', (endpoint: number) => fault(endpoint, 'status')],
  ['answers with a web page', (endpoint: number) => fault(endpoint, 'html')],
  ['cuts its answers', (endpoint: number) => fault(endpoint, 'cut')],
  ['never finishes an answer', (endpoint: number) => fault(endpoint, 'hang')],
] as const

const endings = async (world: World) => (await world.sql<{ result: string }[]>`select result from relayer_runs order by started_at`).map(run => run.result)
const results = (status: Awaited<ReturnType<World['settled']>>) => status.packets.map(({ result, relayedBy }) => ({ result, relayedBy }))
const refundsOf = (status: Awaited<ReturnType<World['settled']>>) => status.refunds.map(({ reason, coin }) => ({ reason, amount: coin.amount }))

async function payDuring(world: World, what: string, begin: () => Promise<unknown>): Promise<ClearingToken> {
  const token = await world.requestToken(await world.strand())
  await begin()
  await world.pay(token)
  const paidAt = Date.now()
  await world.hasEvent(token, 'payment_seen', 35_000)
  const seenMs = Date.now() - paidAt
  await pause(1_000)
  expect((await world.status(token))?.events.map(event => event.type)).not.toContain('payment_credited')
  await world.control('faults/rpc/clear')
  const backAt = Date.now()
  await world.hasEvent(token, 'payment_credited', 45_000)
  console.log(`${what}: seen after ${seenMs} ms, credited ${Date.now() - backAt} ms after it was back`)
  expectCleared(await world.settled(token, 40_000))
  return token
}

describe('one of two endpoints', () => {
  for (const [what, faultOf] of endpointFaults) {
    inWorld(`${what}, the one or the other: a payment waits for its word, and is credited once when it is back`, {}, async (world) => {
      const tokens: ClearingToken[] = []
      for (const { call, body } of [faultOf(0), faultOf(1)]) tokens.push(await payDuring(world, `endpoint ${body.endpoint} ${what}`, () => world.control(call, body)))
      await expectMoneyWhole(world, tokens)
    })
  }
})

describe('silent sockets of all nodes', () => {
  inWorld('payments are found by the clock', {}, async (world) => {
    const token = await world.requestToken(await world.strand())
    await world.control('conditions', { webSocketSilent: true })
    await world.pay(token)
    const paidAt = Date.now()
    await world.hasEvent(token, 'payment_credited', 8_000)
    console.log(`sockets silent: credited after ${Date.now() - paidAt} ms`)
    expectCleared(await world.settled(token, 40_000))
  })
})

describe('Hermes', () => {
  inWorld('says success and does nothing, for ever: tried again, then the share goes back', { environment: { CLEARING_DEADLINE: '60' } }, async (world) => {
    await world.control('faults/hermes', { mode: 'emptySuccess' })
    const token = await world.paidToken()
    const paidAt = Date.now()
    const status = await world.settled(token, 100_000)
    console.log(`empty successes: given up after ${Date.now() - paidAt} ms, ${(await endings(world)).length} runs`)
    expect(status.status).toBe('not_cleared')
    expect(results(status)).toEqual([{ result: 'pending', relayedBy: 'nobody' }])
    expect(status.refunds).toHaveLength(1)
    expect(['not_cleared', 'deadline']).toContain(status.refunds[0]!.reason)
    expect(status.refunds[0]!.coin.amount).toBe(token.total.amount)
    expect((await endings(world)).length).toBeGreaterThan(2)
    await expectMoneyWhole(world, [token])
  })

  inWorld('hangs: it is ended at the limit, and run again', {}, async (world) => {
    await world.control('faults/hermes', { mode: 'hang', count: 1 })
    const token = await world.paidToken()
    const paidAt = Date.now()
    expectCleared(await world.settled(token, 40_000))
    console.log(`hang: cleared after ${Date.now() - paidAt} ms`)
    expect(await endings(world)).toEqual(['timed_out', 'all_moved'])
    expect(world.relayerProcesses()).toEqual([])
    await expectMoneyWhole(world, [token])
  })

  inWorld('dies between delivery and acknowledgement: the rest is done by the next run', {}, async (world) => {
    await world.control('faults/hermes', { mode: 'dieMidway', count: 1 })
    const packets = await world.strand(3)
    const token = await world.paidToken(packets)
    const paidAt = Date.now()
    expectCleared(await world.settled(token, 40_000))
    console.log(`death midway: cleared after ${Date.now() - paidAt} ms`)
    expect(await receivesSent(world)).toEqual(new Map(packets.map(id => [id, 1])))
    await expectMoneyWhole(world, [token])
  })

  inWorld('prints garbage and fails: nothing is believed, and it is run again', {}, async (world) => {
    await world.control('faults/hermes', { mode: 'garbage', count: 1 })
    const token = await world.paidToken()
    const paidAt = Date.now()
    expectCleared(await world.settled(token, 40_000))
    console.log(`garbage: cleared after ${Date.now() - paidAt} ms`)
    expect(await endings(world)).toEqual(['exit_error', 'all_moved'])
  })

  inWorld('comes second: another relayer is named, and the share goes back', {}, async (world) => {
    await world.control('faults/hermes', { mode: 'otherRelayerFirst', count: 1 })
    const token = await world.paidToken()
    const status = await world.settled(token, 40_000)
    expect(results(status)).toEqual([{ result: 'delivered', relayedBy: 'other' }])
    expect(refundsOf(status)).toEqual([{ reason: 'relayed_by_other', amount: token.total.amount }])
    await expectMoneyWhole(world, [token])
  })
})

describe('a packet', () => {
  inWorld('that the destination refuses ends as returned by error', {}, async (world) => {
    const token = await world.paidToken(await world.strand(1, { to: 'nobody' }))
    const status = await world.settled(token)
    expect(results(status)).toEqual([{ result: 'returned_by_error', relayedBy: 'us' }])
    await expectMoneyWhole(world, [token])
  })

  inWorld('whose time ends while it is queued is returned by timeout', {}, async (world) => {
    await world.control('faults/hermes', { mode: 'emptySuccess' })
    // Quotes are refused for the last two minutes; the destination's clock is then moved past the end.
    const token = await world.paidToken(await world.strand(1, { timeoutSeconds: 180 }))
    expect(token.packets.map(packet => packet.need)).toEqual(['deliver'])
    await world.hasEvent(token, 'attempt_failed')
    await world.control('blocks', { chainId: zone, count: 4, stepMs: 60_000 })
    await world.control('faults/hermes', { mode: 'none' })
    const status = await world.settled(token, 60_000)
    expect(results(status)).toEqual([{ result: 'returned_by_timeout', relayedBy: 'us' }])
    await expectMoneyWhole(world, [token])
  })

  inWorld('whose time is over already is returned by timeout', {}, async (world) => {
    const [packet] = await world.strand(1, { timeoutSeconds: 1 })
    const token = await world.paidToken([packet!])
    expect(token.packets.map(each => each.need)).toEqual(['timeout'])
    const status = await world.settled(token)
    expect(results(status)).toEqual([{ result: 'returned_by_timeout', relayedBy: 'us' }])
    await expectMoneyWhole(world, [token])
  })
})
