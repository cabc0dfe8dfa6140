import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { openRateLimiter } from '../../../../server/adapters/cache/rate-limiter'
import type { Services } from '../../../../server/services-type'
import { type RunningApp, startApi } from '../../../builders/api-app'
import { keptLog, limitsOf, someServices } from '../../../builders/services'

let app: RunningApp | undefined
const clients: WebSocket[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate()
  await app?.close()
  app = undefined
})

const token = randomUUID()
const event = (id: number) => ({ id: String(id), type: 'queued' as const, at: '2026-01-01T00:00:00.000Z', detail: {} })

async function connect(given: Partial<Services>, headers: Record<string, string> = {}) {
  app = await startApi(someServices(given))
  const client = new WebSocket(`${app.url.replace('http', 'ws')}/api/v1/ws/clearing-updates`, { headers })
  clients.push(client)
  // A refused client never opened: ending it at teardown is an error to ws, and nothing to this test.
  client.on('error', () => {})
  const messages: unknown[] = []
  client.on('message', text => messages.push(JSON.parse(String(text))))
  const received = async (count: number) => {
    while (messages.length < count) await once(client, 'message', { signal: AbortSignal.timeout(5_000) })
    return messages
  }
  return { client, received }
}

describe('the updates socket', () => {
  it('serves whoever holds a token', async () => {
    const { client, received } = await connect({ operationEventsAfter: async (_, after) => ({ status: 'queued', events: [event(1), event(2)].filter(row => BigInt(row.id) > after) }) })
    await once(client, 'open')
    client.send(JSON.stringify({ subscribe: token, afterEventId: '1' }))
    expect(await received(2)).toEqual([{ type: 'event', token, event: event(2), status: 'queued' }, { type: 'subscribed', token, lastEventId: '2' }])
  })

  it('refuses pages of other sites before it opens, and takes our own', async () => {
    const { client } = await connect({}, { origin: 'https://evil.test' })
    const [, response] = await once(client, 'unexpected-response') as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(403)
    await app?.close()
    const own = await connect({}, { origin: 'http://relayooor.test' })
    await once(own.client, 'open')
  })

  it('takes no message that is far larger than any request, and does not keep it until its end', async () => {
    const { client } = await connect({})
    await once(client, 'open')
    client.send(Buffer.alloc(20_000_000), () => {})
    const [code] = await once(client, 'close', { signal: AbortSignal.timeout(5_000) }) as [number]
    expect(code).toBe(1009)
  })

  it('lets a client go that floods', async () => {
    const { client } = await connect({ rateLimiter: openRateLimiter({ limits: limitsOf(3), redisUrl: null, query: null, logger: keptLog() }) })
    await once(client, 'open')
    for (let message = 0; message < 10; message++) client.send('{}')
    const [code] = await once(client, 'close') as [number]
    expect(code).toBe(1013)
  })
})
