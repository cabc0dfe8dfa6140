import { afterEach, describe, expect, it } from 'vitest'
import { confirmBlock, scanBlock } from '../../../../../server/adapters/cosmos/blocks'
import { EndpointPool } from '../../../../../server/adapters/cosmos/endpoint-pool'
import { dataHash, upperHex } from '../../../../../server/adapters/cosmos/merkle'
import { recogniseInbound } from '../../../../../server/domain/payment/recognise'
import { scanCaptured } from '../../../../builders/captured-block'
import { captured, startNode, status, type Answer, type ScriptedNode } from '../../../../builders/rpc-node'

interface BlockAnswer { block: { data: { txs: string[] }, header: { data_hash: string } } }
interface ResultsAnswer { txs_results: { code: number, events: { type: string, attributes: { key: string, value: string }[] }[] }[] }

const service = 'cosmos1kng7tv83qesgvv2ze7hxlw4urfrjk8vqqnpqdt'
const block = () => captured('rpc_block_with_send') as BlockAnswer
const results = () => captured('rpc_block_results_with_send') as ResultsAnswer
const nodes: ScriptedNode[] = []
const at = (pool: EndpointPool) => ({ pool, chain: { bech32Prefix: 'cosmos' } })
afterEach(async () => {
  await Promise.all(nodes.splice(0).map(node => node.close()))
})

async function poolOf(...scripts: Record<string, Answer>[]): Promise<EndpointPool> {
  const started = await Promise.all(scripts.map(script => startNode({ status: () => status(30), ...script })))
  nodes.push(...started)
  return new EndpointPool({ chainId: 'ibc-a', urls: started.map(node => node.url), clock: { now: () => new Date() }, observe: () => undefined, timeoutMs: 1_000 })
}

describe('reading a block', () => {
  it('computes the data hash as CometBFT does', () => {
    const captured = block()
    expect(upperHex(dataHash(captured.block.data.txs.map(tx => Buffer.from(tx, 'base64'))))).toBe(captured.block.header.data_hash)
    expect(upperHex(dataHash([]))).toBe('E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855')
  })

  it.each(['with_send', 'multi_send', 'ibc_receive', 'authz_exec', 'hermes_recv'])('computes the block hash as CometBFT does (%s)', async (name) => {
    const { block_id: { hash } } = captured(`rpc_block_${name}`) as { block_id: { hash: string } }
    expect((await scanCaptured(name)).blockHash).toBe(hash)
  })

  it('does not believe a header that does not fit the block hash', async () => {
    const tampered = () => {
      const answer = captured('rpc_block_with_send') as { block: { header: { app_hash: string } } }
      answer.block.header.app_hash = 'AA'.repeat(32)
      return answer
    }
    await expect(scanBlock(at(await poolOf({ block: tampered, block_results: results })), 23n)).rejects.toMatchObject({ code: 'chain_unavailable' })
  })

  it('finds the one payment of a captured block, with its memo', async () => {
    const pool = await poolOf({ block, block_results: results })
    const scanned = await scanBlock(at(pool), 23n)
    expect(scanned).toMatchObject({ chainId: 'ibc-a', height: 23n, blockHash: 'B9FC58A6D82B42749593058682BBA9A41826FC99D7E804152E32AAA97D150507', time: new Date('2026-11-23T21:35:42.346Z'), endpoint: nodes[0]!.host })
    expect(recogniseInbound(scanned, new Set([service]))).toMatchObject([{ kind: 'msg_send', memo: 'clr:3f9a1c77', coin: { denom: 'uatom', amount: 1_500_000n }, txHash: '3A07C54B5CDB6C2D11B55938E87A05445E0EA4653EAFEE5417E8971136052967', fromAddress: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl' }])
  })

  it('case 14c: does not believe a node whose txs do not fit the header, and takes the honest one', async () => {
    const tampered = () => {
      const answer = block()
      answer.block.data.txs[0] = Buffer.from('another tx').toString('base64')
      return answer
    }
    const honest = await poolOf({ block: tampered, block_results: results }, { block, block_results: results })
    expect((await scanBlock(at(honest), 23n)).endpoint).toBe(nodes[1]!.host)
    await expect(scanBlock(at(await poolOf({ block: tampered, block_results: results })), 23n)).rejects.toMatchObject({ code: 'chain_unavailable' })
  })

  it('asks another node beside one that does not answer, and takes the first answer', async () => {
    const hanging = await startNode({ status: () => status(30) }, () => undefined)
    const honest = await startNode({ status: () => status(30), block, block_results: results })
    nodes.push(hanging, honest)
    const pool = new EndpointPool({ chainId: 'ibc-a', urls: [hanging.url, honest.url], clock: { now: () => new Date() }, observe: () => undefined, timeoutMs: 20_000 })
    const startedAt = performance.now()
    expect((await scanBlock(at(pool), 23n)).endpoint).toBe(honest.host)
    expect(performance.now() - startedAt).toBeLessThan(4_500)
  })

  it('case 16b: does not believe results that miss a tx', async () => {
    const pool = await poolOf({ block, block_results: () => ({ ...results(), txs_results: null }) })
    await expect(scanBlock(at(pool), 23n)).rejects.toMatchObject({ code: 'chain_unavailable' })
  })

  it('survives an event attribute without a key', async () => {
    const odd = () => {
      const answer = results()
      answer.txs_results[0]!.events.push({ type: 'wasm', attributes: [{ key: '', value: 'x' }] })
      return answer
    }
    const scanned = await scanBlock(at(await poolOf({ block, block_results: odd })), 23n)
    expect(scanned.txs[0]?.events.at(-1)).toEqual({ type: 'wasm', attributes: [] })
  })

  it.each([['0.37.11', { begin_block_events: [{ type: 'mint', attributes: [] }], end_block_events: [{ type: 'burn', attributes: [] }] }], ['1.0.1', { finalize_block_events: [{ type: 'mint', attributes: [] }, { type: 'burn', attributes: [] }] }]])('reads the block events of CometBFT %s', async (version, events) => {
    const pool = await poolOf({ status: () => status(30, { version }), block, block_results: () => ({ ...results(), finalize_block_events: undefined, ...events }) })
    expect((await scanBlock(at(pool), 23n)).blockEvents.map(event => event.type)).toEqual(['mint', 'burn'])
  })
})

describe('three endpoints', () => {
  const forgedCodes = () => ({ ...results(), txs_results: results().txs_results.map(result => ({ ...result, code: 5 })) })
  const statuses = async (pool: EndpointPool) => {
    const scanned = await scanBlock(at(pool), 23n)
    return { agreement: await confirmBlock(at(pool), { ...scanned, codes: scanned.txs.map(tx => tx.code) }), endpoints: pool.health().map(({ status }) => status) }
  }

  it('mark the first alone when the two others agree against it', async () => {
    expect(await statuses(await poolOf({ block, block_results: forgedCodes }, { block, block_results: results }, { block, block_results: results }))).toEqual({ agreement: 'disputed', endpoints: ['disagreeing', 'ok', 'ok'] })
  })

  it('mark the second alone when the third agrees with the first', async () => {
    expect(await statuses(await poolOf({ block, block_results: results }, { block, block_results: forgedCodes }, { block, block_results: results }))).toEqual({ agreement: 'agreed', endpoints: ['ok', 'disagreeing', 'ok'] })
  })

  it('mark all when each tells something else', async () => {
    const other = () => ({ ...results(), txs_results: results().txs_results.map(result => ({ ...result, code: 6 })) })
    expect(await statuses(await poolOf({ block, block_results: results }, { block, block_results: forgedCodes }, { block, block_results: other }))).toEqual({ agreement: 'disputed', endpoints: ['disagreeing', 'disagreeing', 'disagreeing'] })
  })
})
