import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { ledgerEntries } from '../../drizzle/schema'
import { openRpcGate, type RpcGate } from '../system/gates/rpc-gate'
import { forgedBlocks } from '../system/gates/rpc-lies'
import { openReconcileWorld } from './reconcile.world'

it('case 16l: a payment that was hidden right before skipped blocks is not booked as theirs, too', async () => {
  const gates: RpcGate[] = []
  const world = await openReconcileWorld({
    through: async (nodes, chainId) => {
      if (chainId !== 'sandbox-hub-1') return nodes
      for (const node of nodes) gates.push(await openRpcGate(node))
      return gates.map(gate => gate.url)
    },
  })
  await world.readTwice()
  await world.reconcile()
  const { token, id } = await world.issue()
  gates[0]!.lies = [forgedBlocks(() => ({ txs: [], results: [] }), 'block_hash')]
  await world.pay(token, 1_000_000n)
  gates[0]!.clear()
  const { height } = (await world.store.cursor(world.chainId, 'primary'))!
  await world.control('blocks', { count: 2 })
  await world.store.transaction(tx => tx.skipGap({ chainId: world.chainId, fromHeight: height + 1n, toHeight: height + 2n }, 'pruned everywhere', 'cosmos1admin', world.clock.now()))
  await world.block()
  expect(world.checksOf(await world.reconcile('schedule'), 'I2').map(({ result }) => result)).toContain('cannot_tell')
  await world.readTwice()
  expect(await world.operation(id)).toMatchObject({ status: 'queued' })
  expect(world.brokenIn(await world.reconcile())).toEqual([])
  expect(await world.db.$count(ledgerEntries, eq(ledgerEntries.cause, 'scan_gap'))).toBe(0)
  await world.close()
  await Promise.all(gates.map(gate => gate.close()))
})
