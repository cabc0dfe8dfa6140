import { and, asc, eq } from 'drizzle-orm'
import { chainCursors, payments } from '../../drizzle/schema'
import { openChainReader } from '../../server/adapters/cosmos/chain-reader'
import type { OperationId } from '../../server/domain/clearing/operation'
import type { SignedToken } from '../../server/domain/clearing/token'
import { makeAuditChain } from '../../server/usecases/scan-chain'
import { openRpcGate, type RpcGate } from '../system/gates/rpc-gate'
import { openRefundWorld } from './refunds.world'

/** What a token of this world costs, base units. */
export const price = 1_000_000n

/** A refund world whose nodes of the paying chain, `endpoints` of them, stand behind gates that can lie and break. */
export async function openNodesWorld({ endpoints = 2 } = {}) {
  const gates: RpcGate[] = []
  const world = await openRefundWorld({
    through: async (nodes, chainId) => {
      if (chainId !== 'sandbox-hub-1') return nodes
      for (let index = 0; index < endpoints; index++) gates.push(await openRpcGate(nodes[index % nodes.length]!))
      return gates.map(gate => gate.url)
    },
  })
  const { chainId, database: { db } } = world
  const audit = makeAuditChain(world.scanDependencies)
  return {
    ...world, gates,
    /** Puts a payment into a block that nobody has read yet; its height. */
    payUnseen: async (token: SignedToken, amount: bigint = price): Promise<number> => Number((await world.control('send', { from: 'alice', to: 'service', amount: amount.toString(), memo: token.memoCode })).height),
    /** Looks a few times, as the scanner's loop does while nobody can be asked. */
    scanPatiently: async (times = 3): Promise<void> => {
      for (let time = 0; time < times; time++) {
        await world.scan().catch((error: { code?: string }) => {
          if (error.code !== 'chain_unavailable') throw error
        })
      }
    },
    audit: () => audit(chainId),
    /** What the app reads by when these nodes are configured. */
    readerOf: (nodes: readonly RpcGate[]) => openChainReader({ directory: world.directory, rpcUrls: new Map([[chainId, nodes.map(({ url }) => url)]]), clock: world.clock, logger: world.logger, callTimeoutMs: 1_500 }),
    height: async () => (await db.select({ height: chainCursors.height }).from(chainCursors).where(and(eq(chainCursors.chainId, chainId), eq(chainCursors.purpose, 'primary'))))[0]?.height ?? null,
    paymentRows: () => db.select({ state: payments.state, amount: payments.amount, credited: payments.creditedAmount }).from(payments).orderBy(asc(payments.height), asc(payments.txIndex)),
    statusOf: async (id: OperationId) => (await world.operation(id)).status,
    shown: () => world.reader.endpoints(chainId).map(endpoint => endpoint.status),
    close: async () => {
      await world.close()
      await Promise.all(gates.map(gate => gate.close()))
    },
  }
}

export type OpenedNodesWorld = Awaited<ReturnType<typeof openNodesWorld>>

export const creditedPayment = { state: 'credited', amount: price, credited: price }
