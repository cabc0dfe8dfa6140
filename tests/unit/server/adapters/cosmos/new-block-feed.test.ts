import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { EndpointPool } from '../../../../../server/adapters/cosmos/endpoint-pool'
import { NewBlockFeed } from '../../../../../server/adapters/cosmos/new-block-feed'
import { silent } from '../../../../builders/quiet'

const servers: WebSocketServer[] = []
const feeds: NewBlockFeed[] = []
afterEach(async () => {
  for (const feed of feeds.splice(0)) feed.close()
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate()
    await new Promise(resolve => server.close(resolve))
  }
})

const block = (height: number) => JSON.stringify({ jsonrpc: '2.0', id: 1, result: { query: 'tm.event=\'NewBlock\'', data: { type: 'tendermint/event/NewBlock', value: { block: { header: { height: String(height) } } } } } })
const cancelled = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'Server error', data: 'subscription was cancelled (reason: client is not pulling messages fast enough)' } })

/** A node whose n-th subscriber is served as `serve` says. */
async function node(serve: (socket: WebSocket, subscription: number) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/websocket' })
  servers.push(server)
  let subscriptions = 0
  server.on('connection', socket => socket.on('message', () => serve(socket, subscriptions++)))
  await new Promise(resolve => server.on('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function heightsFrom(serve: Parameters<typeof node>[0]): Promise<bigint[]> {
  const url = await node(serve)
  const pool = new EndpointPool({ chainId: 'ibc-a', urls: [url], clock: { now: () => new Date() }, observe: () => undefined, timeoutMs: 400 })
  const feed = new NewBlockFeed(pool, silent, 200)
  feeds.push(feed)
  const heights: bigint[] = []
  feed.listen(height => heights.push(height))
  return heights
}

describe('the subscription to new blocks', () => {
  it('case 13b: is made anew after a node ended it because its messages were not pulled fast enough', async () => {
    const heights = await heightsFrom((socket, subscription) => {
      socket.send(block(subscription + 1))
      if (subscription === 0) socket.send(cancelled)
    })
    await expect.poll(() => heights, { timeout: 5_000 }).toEqual(expect.arrayContaining([1n, 2n]))
  })

  it('wakes nobody for garbage, and goes on', async () => {
    const heights = await heightsFrom((socket) => {
      for (const garbage of ['', 'null', '[]', '{"result":{}}', block(1).slice(0, -9), block(-5), JSON.stringify({ result: { data: { value: { block: { header: { height: 7 } } } } } })]) socket.send(garbage)
      socket.send(block(8))
    })
    await expect.poll(() => heights.length, { timeout: 5_000 }).toBeGreaterThan(0)
    expect(new Set(heights)).toEqual(new Set([8n]))
  })
})
