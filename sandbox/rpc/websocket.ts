import type { WebSocket } from 'ws'
import { toBase64 as encodeBase64 } from '@cosmjs/encoding'
import type { Block } from '../chain/blocks'
import { blockView, consensusParams, resultView, toBase64 } from './encode'
import { RpcError } from './error'
import { callMethod } from './methods'
import type { RpcNode } from './node'
import { jsonParams } from './params'
import { matches, parseQuery, transactionKeys } from './search'

type Id = string | number | null
interface Call { readonly id: Id, readonly method: string, readonly params?: unknown }

const maxSubscriptions = 5

function blockEvent(node: RpcNode, block: Block, query: string): unknown {
  return {
    query,
    data: {
      type: 'tendermint/event/NewBlock',
      value: {
        ...blockView(node.chain, block, node.chainId),
        result_finalize_block: { validator_updates: [], consensus_param_updates: consensusParams, app_hash: encodeBase64(block.appHashAfter) },
      },
    },
    events: { 'tm.event': ['NewBlock'] },
  }
}

function transactionEvents(node: RpcNode, block: Block, query: string): unknown[] {
  const conditions = parseQuery(query)
  return block.transactions.flatMap((transaction, index) => {
    const keys = new Map(transactionKeys(block, transaction)).set('tm.event', ['Tx'])
    if (!matches(conditions, keys)) return []
    const { code, log, codespace, ...rest } = resultView(transaction.result)
    const result = { ...(code === 0 ? {} : { code, log, codespace }), data: rest.data, gas_wanted: rest.gas_wanted, gas_used: rest.gas_used, events: rest.events }
    const value = { TxResult: { height: String(block.header.height), ...(index > 0 ? { index } : {}), tx: toBase64(transaction.bytes), result } }
    return [{ query, data: { type: 'tendermint/event/Tx', value }, events: Object.fromEntries(keys) }]
  })
}

/** One WebSocket client: its subscriptions, and every ordinary method as well. */
export function serveSocket(node: RpcNode, socket: WebSocket): void {
  const subscriptions = new Map<string, Id>()
  const reply = (id: Id, body: Record<string, unknown>): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...body }))
  }
  const onBlock = (block: Block): void => {
    const { webSocketSilent, frozenHeight } = node.faults.conditions
    if (webSocketSilent || (frozenHeight !== undefined && block.header.height > frozenHeight)) return
    for (const [query, id] of subscriptions) {
      const wantsBlocks = /^\s*tm\.event\s*=\s*'NewBlock'\s*$/.test(query)
      const events = wantsBlocks ? [blockEvent(node, block, query)] : transactionEvents(node, block, query)
      for (const event of events) reply(id, { result: event })
    }
  }
  const answer = ({ id, method, params }: Call): unknown => {
    const query = jsonParams(params).text('query') ?? ''
    if (method === 'subscribe') {
      parseQuery(query)
      if (subscriptions.has(query)) throw new RpcError(-32603, 'Internal error', 'already subscribed')
      if (subscriptions.size >= maxSubscriptions) throw new RpcError(-32603, 'Internal error', `max_subscriptions_per_client ${maxSubscriptions} reached`)
      subscriptions.set(query, id)
      return {}
    }
    if (method === 'unsubscribe') {
      if (!subscriptions.delete(query)) throw new RpcError(-32603, 'Internal error', 'subscription not found')
      return {}
    }
    if (method === 'unsubscribe_all') {
      subscriptions.clear()
      return {}
    }
    return callMethod(node, method, jsonParams(params))
  }
  socket.on('message', (message) => {
    let call: Call
    try {
      call = JSON.parse(String(message)) as Call
    }
    catch {
      reply(-1, { error: { code: -32700, message: 'Parse error. Invalid JSON', data: 'error unmarshaling request' } })
      return
    }
    try {
      reply(call.id, { result: answer(call) })
    }
    catch (cause) {
      if (!(cause instanceof RpcError)) throw cause
      reply(call.id, { error: { code: cause.code, message: cause.message, data: cause.detail } })
    }
  })
  node.chain.emitter.on('block', onBlock)
  // CometBFT pings; a client that answers nothing is dropped by TCP, not by us.
  const ping = setInterval(() => socket.ping(), 27_000)
  socket.on('close', () => {
    clearInterval(ping)
    node.chain.emitter.off('block', onBlock)
  })
  socket.on('error', () => socket.terminate())
}
