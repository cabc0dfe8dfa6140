import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ClearingStatus } from '#shared/schemas/clearing'
import { ClearingService, type UpdateTuning } from '../../../services/clearing'
import type { UpdateSocket } from '../../../services/updates'
import { aProblem, aStatus, aToken, anEvent } from '../../builders/dto'

/** A socket whose other end is the test. */
class FarEnd implements UpdateSocket {
  onopen: (() => void) | null = null
  onmessage: ((message: { readonly data: unknown }) => void) | null = null
  onclose: (() => void) | null = null
  onerror: (() => void) | null = null
  readonly sent: unknown[] = []
  closed = false
  constructor(readonly url: string) {}
  send(text: string) {
    this.sent.push(JSON.parse(text))
  }

  close() {
    this.closed = true
    this.onclose?.()
  }

  say(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  accept() {
    this.onopen?.()
    this.say({ type: 'subscribed', token: aToken, lastEventId: '1' })
  }
}

function world(tuning: UpdateTuning = {}) {
  let status = aStatus()
  let reachable = true
  let answer = () => Response.json(status)
  let asked = 0
  const sockets: FarEnd[] = []
  const seen: ClearingStatus[] = []
  const connections: string[] = []
  const service = new ClearingService({
    baseUrl: 'https://relayooor.example',
    fetch: async () => {
      asked++
      if (!reachable) throw new TypeError('fetch failed')
      return answer()
    },
    openSocket: (url) => {
      const socket = new FarEnd(url)
      sockets.push(socket)
      return socket
    },
  })
  const unsubscribe = service.subscribeToUpdates(aToken, latest => seen.push(latest), { onConnection: state => connections.push(state), pollMs: 3000, silenceMs: 45_000, ...tuning })
  return {
    sockets, seen, connections, unsubscribe,
    asked: () => asked,
    set: (over: Partial<ClearingStatus>) => status = { ...status, ...over },
    answer: (make: () => Response) => answer = make,
    reach: (possible: boolean) => reachable = possible,
  }
}

/** Lets fake time pass in small steps, and what is under way (an answer being read) finish in between. */
async function settle(ms = 0) {
  for (let passed = 0; passed <= ms; passed += 500) {
    await vi.advanceTimersByTimeAsync(Math.min(500, ms - passed))
    for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
  }
}

describe('subscribeToUpdates', () => {
  beforeAll(() => import('#shared/schemas/clearing'))
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('gives the status at once and subscribes after the last event it holds', async () => {
    const { sockets, seen, connections, unsubscribe } = world()
    await settle()
    expect(seen).toHaveLength(1)
    expect(sockets[0]?.url).toBe('wss://relayooor.example/api/v1/ws/clearing-updates')
    sockets[0]?.accept()
    expect(sockets[0]?.sent).toEqual([{ subscribe: aToken, afterEventId: '1' }])
    expect(connections.at(-1)).toBe('live')
    unsubscribe()
  })

  it('asks for nothing that the page came with, and subscribes after its last event', async () => {
    const { asked, sockets, seen, connections, unsubscribe, set } = world({ known: aStatus({ events: [anEvent('3', 'token_issued'), anEvent('7', 'payment_seen')] }) })
    await settle()
    expect(sockets).toHaveLength(1)
    sockets[0]!.accept()
    expect(sockets[0]!.sent).toEqual([{ subscribe: aToken, afterEventId: '7' }])
    expect(connections).toEqual(['live'])
    expect([asked(), seen]).toEqual([0, []])
    set({ status: 'queued' })
    sockets[0]!.say({ type: 'event', token: aToken, event: { id: '8' } })
    await settle()
    expect(seen.map(status => status.status)).toEqual(['queued'])
    unsubscribe()
  })

  it('a status that the page came with is checked by polling where there is no socket', async () => {
    const { asked, seen, unsubscribe } = world({ known: aStatus() })
    await settle(2500)
    expect(asked()).toBe(0)
    await settle(1000)
    expect([asked(), seen.length]).toEqual([1, 1])
    unsubscribe()
  })

  it('gives the new status on every event, and one more for events that came meanwhile', async () => {
    const w = world()
    await settle()
    w.sockets[0]?.accept()
    w.set({ status: 'clearing', events: [anEvent('1', 'token_issued'), anEvent('2', 'payment_credited'), anEvent('3', 'run_started')] })
    const before = w.asked()
    w.sockets[0]?.say({ type: 'event', token: aToken, status: 'queued', event: anEvent('2', 'payment_credited') })
    w.sockets[0]?.say({ type: 'event', token: aToken, status: 'clearing', event: anEvent('3', 'run_started') })
    await settle()
    expect(w.seen.at(-1)?.status).toBe('clearing')
    expect(w.asked() - before).toBe(2)
    w.unsubscribe()
  })

  it('resumes after the last event when the socket was lost', async () => {
    const w = world()
    await settle()
    w.sockets[0]?.accept()
    w.sockets[0]?.say({ type: 'event', token: aToken, status: 'queued', event: anEvent('7', 'queued') })
    await settle()
    w.sockets[0]?.close()
    expect(w.connections.at(-1)).toBe('polling')
    await settle(1000)
    expect(w.sockets).toHaveLength(2)
    w.sockets[1]?.accept()
    expect(w.sockets[1]?.sent).toEqual([{ subscribe: aToken, afterEventId: '7' }])
    expect(w.connections.at(-1)).toBe('live')
    w.unsubscribe()
  })

  it('polls while no socket can be had, and backs off between attempts', async () => {
    const w = world()
    await settle()
    for (let attempt = 0; attempt < 8; attempt++) {
      w.sockets.at(-1)?.close()
      await settle(2400)
    }
    expect(w.sockets.length).toBeLessThan(7)
    expect(w.asked()).toBeGreaterThanOrEqual(6)
    w.set({ status: 'cleared' })
    await settle(3000)
    expect(w.seen.at(-1)?.status).toBe('cleared')
    w.unsubscribe()
  })

  it('takes a silent socket for dead and opens another', async () => {
    const w = world()
    await settle()
    w.sockets[0]?.accept()
    await settle(40_000)
    w.sockets[0]?.say({ type: 'heartbeat', at: '2026-11-24T02:00:00Z' })
    await settle(40_000)
    expect(w.sockets).toHaveLength(1)
    await settle(7000)
    expect(w.sockets[0]?.closed).toBe(true)
    expect(w.sockets).toHaveLength(2)
    w.unsubscribe()
  })

  it('says when the server cannot be reached, and goes on trying', async () => {
    const w = world()
    await settle()
    w.reach(false)
    await settle(3000)
    expect(w.connections.at(-1)).toBe('offline')
    w.reach(true)
    await settle(3000)
    expect(w.connections.at(-1)).toBe('polling')
    w.unsubscribe()
  })

  it('asks no more for a clearing that the server does not know', async () => {
    const codes: string[] = []
    const w = world({ known: aStatus(), onFailure: problem => codes.push(problem.code) })
    w.answer(() => Response.json(aProblem('token_not_found', { status: 404 }), { status: 404 }))
    await settle(120_000)
    expect(codes).toEqual(['token_not_found'])
    expect(w.asked()).toBe(1)
    expect(w.sockets.map(socket => socket.closed)).toEqual([true])
    expect(w.connections).not.toContain('offline')
  })

  it('is quiet after unsubscribing', async () => {
    const w = world()
    await settle()
    w.sockets[0]?.accept()
    w.unsubscribe()
    const asked = w.asked()
    await settle(120_000)
    expect(w.sockets[0]?.closed).toBe(true)
    expect(w.asked()).toBe(asked)
    expect(w.sockets).toHaveLength(1)
  })
})
