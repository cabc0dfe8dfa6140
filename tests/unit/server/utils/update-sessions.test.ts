import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OperationEvents, Services } from '../../../../server/services-type'
import { updateLimits, UpdateSessions, type UpdatePeer } from '../../../../server/utils/update-sessions'
import type { ClearingUpdate } from '../../../../shared/schemas/clearing'
import { updatesMessageSchema } from '../../../../shared/schemas/clearing'
import { keptLog } from '../../../builders/services'

/** Operations of which events can be committed, as another instance would: the hint may come late, twice or never. */
class EventLog {
  readonly rows = new Map<string, { id: string, type: 'queued', at: string, detail: object }[]>()
  readonly listeners = new Set<(hint: { token: string }) => void>()
  failing = false
  reads = 0
  delayMs = 0

  readonly services: Pick<Services, 'operationEventsAfter' | 'onOperationEvent' | 'clock' | 'logger'> = {
    clock: { now: () => new Date() },
    logger: keptLog(),
    operationEventsAfter: async (token, after): Promise<OperationEvents | null> => {
      this.reads++
      if (this.delayMs) await new Promise(resolve => setTimeout(resolve, this.delayMs))
      if (this.failing) throw new Error('database away')
      const rows = this.rows.get(token)
      return rows ? { status: 'queued', events: rows.filter(row => BigInt(row.id) > after).slice(0, 500) as never } : null
    },
    onOperationEvent: (callback) => {
      this.listeners.add(callback)
      return () => this.listeners.delete(callback)
    },
  }

  commit(token: string, ...ids: number[]): void {
    this.rows.set(token, [...this.rows.get(token) ?? [], ...ids.map(id => ({ id: String(id), type: 'queued' as const, at: '2026-01-01T00:00:00.000Z', detail: {} }))])
  }

  hint(token: string): void {
    for (const listener of this.listeners) listener({ token })
  }
}

function aPeer(network = '203.0.113.1') {
  const sent: ClearingUpdate[] = []
  const peer = { id: randomUUID(), network, bufferedBytes: 0 as number | undefined, send: (text: string) => void sent.push(updatesMessageSchema.parse(JSON.parse(text))), close: vi.fn<UpdatePeer['close']>() }
  return { ...peer, peer, sent, ids: () => sent.flatMap(message => message.type === 'event' ? [message.event.id] : []), types: () => sent.map(message => message.type) }
}

let log: EventLog
let sessions: UpdateSessions
const token = randomUUID()
beforeEach(() => {
  vi.useFakeTimers()
  log = new EventLog()
  sessions = new UpdateSessions(log.services)
})
afterEach(() => {
  sessions.stop()
  vi.useRealTimers()
})

function opened() {
  const client = aPeer()
  sessions.open(client.peer)
  return client
}
const subscribe = (client: ReturnType<typeof aPeer>, after?: number | string, of = token) => sessions.receive(client.id, JSON.stringify({ subscribe: of, afterEventId: after }))

describe('live updates over a socket', () => {
  it('send the backlog, say that they are live, then each event as it is committed', async () => {
    log.commit(token, 3, 8)
    const client = opened()
    await subscribe(client)
    expect(client.types()).toEqual(['event', 'event', 'subscribed'])
    log.commit(token, 9)
    log.hint(token)
    await vi.advanceTimersByTimeAsync(0)
    expect(client.ids()).toEqual(['3', '8', '9'])
  })

  it('resume after an event id, given as number or text', async () => {
    log.commit(token, 3, 8, 9)
    const [first, second] = [opened(), opened()]
    await subscribe(first, 8)
    await subscribe(second, '9')
    expect([first.ids(), second.ids()]).toEqual([['9'], []])
    expect(second.sent.at(-1)).toEqual({ type: 'subscribed', token, lastEventId: '9' })
  })

  it('keep the order and send nothing twice when hints come while events are read', async () => {
    log.delayMs = 10
    log.commit(token, 1)
    const client = opened()
    void subscribe(client)
    for (let id = 2; id <= 6; id++) {
      log.commit(token, id)
      log.hint(token)
      log.hint(token)
      await vi.advanceTimersByTimeAsync(3)
    }
    await vi.advanceTimersByTimeAsync(100)
    expect(client.ids()).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  it('send a backlog that is longer than one reading', async () => {
    log.commit(token, ...Array.from({ length: 1_234 }, (_, index) => index + 1))
    const client = opened()
    await subscribe(client)
    expect(client.ids()).toHaveLength(1_234)
    expect(client.types().indexOf('subscribed')).toBe(1_234)
  })

  it('find what was committed without a hint at the next heartbeat', async () => {
    log.commit(token, 1)
    const client = opened()
    await subscribe(client)
    log.commit(token, 2)
    await vi.advanceTimersByTimeAsync(updateLimits.heartbeatMs)
    expect(client.types()).toContain('heartbeat')
    expect(client.ids()).toEqual(['1', '2'])
  })

  it('go on after the database was away', async () => {
    log.commit(token, 1)
    log.failing = true
    const client = opened()
    await subscribe(client)
    expect(client.sent).toEqual([])
    log.failing = false
    await vi.advanceTimersByTimeAsync(updateLimits.heartbeatMs)
    expect(client.ids()).toEqual(['1'])
  })

  it('give a socket the events of its own tokens alone', async () => {
    const other = randomUUID()
    log.commit(token, 1)
    log.commit(other, 2)
    const [mine, theirs] = [opened(), opened()]
    await subscribe(mine)
    await subscribe(theirs, 0, other)
    log.commit(other, 3)
    log.hint(other)
    await vi.advanceTimersByTimeAsync(0)
    expect([mine.ids(), theirs.ids()]).toEqual([['1'], ['2', '3']])
  })
})

describe('limits of a socket', () => {
  it('answers nonsense with an error and reads nothing', async () => {
    const client = opened()
    for (const text of ['', '{', '[]', '{"subscribe":"nobody"}', `{"subscribe":"${token}","afterEventId":-1}`, `{"subscribe":"${token}","afterEventId":"99999999999999999999"}`, `{"subscribe":"${token}","x":1}`, `{"subscribe":"${token}","afterEventId":1e300}`, ' '.repeat(2_000)]) await sessions.receive(client.id, text)
    expect(client.types()).toEqual(Array.from({ length: 9 }, () => 'error'))
    expect(log.reads).toBe(0)
  })

  it('closes after a few unknown tokens: nobody tries them out', async () => {
    const client = opened()
    for (let attempt = 0; attempt < updateLimits.unknownTokensPerSocket; attempt++) await subscribe(client, 0, randomUUID())
    expect(client.sent.every(message => message.type === 'error' && message.code === 'token_not_found')).toBe(true)
    expect(client.peer.close).toHaveBeenCalledWith(1008, expect.any(String))
  })

  it('follows a bounded number of tokens', async () => {
    const client = opened()
    for (let count = 0; count <= updateLimits.tokensPerSocket; count++) {
      const each = randomUUID()
      log.commit(each, 1)
      await subscribe(client, 0, each)
    }
    expect(client.sent.at(-1)).toMatchObject({ type: 'error', code: 'quota_exceeded' })
    expect(client.ids()).toHaveLength(updateLimits.tokensPerSocket)
  })

  it('lets a client go that does not read', async () => {
    log.commit(token, 1)
    const client = opened()
    client.peer.bufferedBytes = updateLimits.bufferedBytes + 1
    await subscribe(client)
    expect(client.sent).toEqual([])
    expect(client.peer.close).toHaveBeenCalledWith(1013, 'too slow')
  })

  it('opens a bounded number of sockets for one network, and still some for others', () => {
    for (let count = 0; count < updateLimits.socketsPerNetwork; count++) expect(opened().peer.close).not.toHaveBeenCalled()
    expect(opened().peer.close).toHaveBeenCalledWith(1013, 'too many sockets')
    const other = aPeer('203.0.113.2')
    sessions.open(other.peer)
    expect(other.peer.close).not.toHaveBeenCalled()
  })

  it('listens only while somebody is there', async () => {
    const client = opened()
    expect(log.listeners.size).toBe(1)
    sessions.close(client.id)
    expect(log.listeners.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
