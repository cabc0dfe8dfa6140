import { SimulateRequest, SimulateResponse } from 'cosmjs-types/cosmos/tx/v1beta1/service'
import { DomainError } from '../../domain/errors'
import type { SimulationAnswer } from '../../usecases/ports'
import { query, QueryRefused } from './abci'
import type { EndpointPool } from './endpoint-pool'
import { RpcError } from './json-rpc'

const longestReason = 300

/** Gas that a tx would use, or the application's refusal. */
export async function simulateTx(pool: EndpointPool, txBytes: Uint8Array): Promise<SimulationAnswer> {
  try {
    const { value } = await query(pool, '/cosmos.tx.v1beta1.Service/Simulate', { codec: SimulateRequest, message: SimulateRequest.fromPartial({ txBytes }) }, SimulateResponse)
    if (!value.gasInfo) throw new DomainError('chain_unavailable', `${pool.chainId} simulated without telling the gas`)
    return { state: 'ok', gasUsed: value.gasInfo.gasUsed }
  }
  catch (cause) {
    if (cause instanceof QueryRefused) return { state: 'refused', reason: cause.log.slice(0, longestReason) }
    if (cause instanceof RpcError) throw new DomainError('chain_unavailable', `No endpoint of ${pool.chainId} simulates transactions now`, { cause })
    throw cause
  }
}
