import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxChain } from '../../../sandbox/start'
import { startSandbox } from '../../../sandbox/start'
import type { EventView } from './world'
import { captured, clearArguments, control, hermes, sendPackets } from './world'

interface TxView { readonly hash: string, readonly tx_result: { readonly events: EventView[], readonly log: string, readonly info: string } & Record<string, unknown> }
interface SearchView { readonly txs: TxView[], readonly total_count: string }

let sandbox: Sandbox
let hub: SandboxChain
let zone: SandboxChain

beforeAll(async () => {
  sandbox = await startSandbox({ blockTimeMs: 40, story: false })
  hub = sandbox.chains[0]!
  zone = sandbox.chains[1]!
})
afterAll(() => sandbox.stop())

async function search(chain: SandboxChain, query: string): Promise<SearchView> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tx_search', params: { query, prove: false, page: '1', per_page: '1', order_by: 'desc' } })
  const { result } = await (await fetch(chain.rpcUrls[0], { method: 'POST', body })).json() as { result: SearchView }
  return result
}

/** Event types with their attribute keys, in order: values differ between worlds, shapes must not. */
function shape(events: EventView[]): string[] {
  return events.map(({ type, attributes }) => `${type}(${attributes.map(({ key }) => key).join(',')})`)
}

/** Only the events of the first two messages, as captured transactions differ in how many they carry. */
function firstMessages(events: EventView[], count: number): EventView[] {
  return events.filter(({ attributes }) => {
    const index = attributes.find(({ key }) => key === 'msg_index')?.value
    return index === undefined || Number(index) < count
  })
}

interface ResultsView { readonly txs_results: { readonly events: EventView[] }[] }

/** Against the only transaction of a captured block, or its events up to one. */
async function compareWithBlock(chain: SandboxChain, query: string, name: string, end?: number): Promise<void> {
  const [real] = captured<ResultsView>(name).txs_results
  expect(shape((await search(chain, query)).txs[0]!.tx_result.events)).toEqual(shape(real!.events).slice(0, end))
}

async function compare(chain: SandboxChain, query: string, name: string): Promise<void> {
  const answer = captured<TxView & Partial<SearchView>>(name)
  const real = answer.txs?.[0] ?? answer
  const ours = (await search(chain, query)).txs[0]!
  expect(Object.keys(ours).sort()).toEqual(Object.keys(real).sort())
  expect(Object.keys(ours.tx_result).sort()).toEqual(Object.keys(real.tx_result).sort())
  expect(shape(firstMessages(ours.tx_result.events, 2))).toEqual(shape(firstMessages(real.tx_result.events, 2)))
}

describe('events, against captured answers', () => {
  it('has those of MsgSend', async () => {
    await control(sandbox, '/send', { chainId: hub.chainId, amount: '5', memo: 'x' })
    await compare(hub, 'transfer.amount=\'5uatom\'', 'rpc_tx_bank_send')
  })

  it('has those of MsgMultiSend, but for its second output', async () => {
    await control(sandbox, '/send', { chainId: hub.chainId, amount: '11', via: 'multisend', memo: 'x' })
    await compareWithBlock(hub, 'transfer.amount=\'11uatom\'', 'rpc_block_results_multi_send', -2)
  })

  it('has those of a grant, and of a MsgSend inside a MsgExec', async () => {
    await control(sandbox, '/send', { chainId: hub.chainId, amount: '13', via: 'authz', memo: 'x' })
    await compare(hub, 'message.action=\'/cosmos.authz.v1beta1.MsgGrant\'', 'rpc_tx_authz_grant')
    await compareWithBlock(hub, 'transfer.amount=\'13uatom\'', 'rpc_block_results_authz_exec')
  })

  it('has those of sending, receiving and acknowledging', async () => {
    const sequences = await sendPackets(sandbox, hub, { count: 2 })
    await hermes(sandbox, clearArguments(hub, sequences.join(',')))
    await compare(hub, `send_packet.packet_sequence=${sequences[0]}`, 'rpc_tx_send_packet')
    await compare(zone, `recv_packet.packet_sequence=${sequences[0]}`, 'rpc_tx_recv_packet')
    await compare(hub, `acknowledge_packet.packet_sequence=${sequences[0]}`, 'rpc_tx_acknowledge_packet')
  })

  it('has those of a timeout', async () => {
    const [sequence] = await sendPackets(sandbox, hub, { timeoutSeconds: 0.05, amount: '5000' })
    await expect.poll(async () => (await hermes(sandbox, clearArguments(hub, sequence))).lines.at(-1), { timeout: 10_000 }).toContain('TimeoutPacket')
    await compare(hub, `timeout_packet.packet_sequence=${sequence}`, 'rpc_tx_timeout_packet')
  })

  it('has those of a failed receive, marked as callback errors', async () => {
    const [sequence] = await sendPackets(sandbox, hub, { to: 'notanaddress', amount: '7000' })
    await hermes(sandbox, clearArguments(hub, sequence))
    await compare(zone, `recv_packet.packet_sequence=${sequence}`, 'tx_search_recv_error_ack')
    const written = (await search(zone, `write_acknowledgement.packet_sequence=${sequence}`)).txs[0]!.tx_result.events.find(({ type }) => type === 'write_acknowledgement')!
    const real = captured<SearchView>('tx_search_recv_error_ack').txs[0]!.tx_result.events.find(({ type }) => type === 'write_acknowledgement')!
    const acknowledgement = ({ attributes }: EventView): string | undefined => attributes.find(({ key }) => key === 'packet_ack_hex')?.value
    expect(acknowledgement(written)).toBe(acknowledgement(real))
  })
})
