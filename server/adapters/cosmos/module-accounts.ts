import { createHash } from 'node:crypto'
import { toBech32 } from '@cosmjs/encoding'
import { QueryAccountRequest, QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query'
import type { ChainDirectory } from '../../usecases/ports'
import { query, QueryRefused } from './abci'
import type { EndpointPool } from './endpoint-pool'

/** Escrow of an ICS-20 channel: 20 bytes of sha256("ics20-1" ‖ 0 ‖ "port/channel") (source: ibc-go, GetEscrowAddress). */
export function escrowAddress(bech32Prefix: string, portId: string, channelId: string): string {
  return toBech32(bech32Prefix, createHash('sha256').update(`ics20-1\0${portId}/${channelId}`).digest().subarray(0, 20))
}

/** Escrows look like any account on chain: those of served channels are known by their derivation. */
export function isEscrow(directory: ChainDirectory, chainId: string, address: string): boolean {
  const chain = directory.chain(chainId)
  const ends = directory.channels().flatMap(({ a, b }) => [a, b]).filter(end => end.chainId === chainId)
  return chain !== undefined && ends.some(end => escrowAddress(chain.bech32Prefix, end.portId, end.channelId) === address)
}

/** Whether the chain keeps the account for one of its modules; false for an address that was never used. */
export async function isModuleAccount(pool: EndpointPool, address: string): Promise<boolean> {
  try {
    const { value } = await query(pool, '/cosmos.auth.v1beta1.Query/Account', { codec: QueryAccountRequest, message: { address } }, QueryAccountResponse)
    return value.account?.typeUrl === '/cosmos.auth.v1beta1.ModuleAccount'
  }
  catch (cause) {
    if (cause instanceof QueryRefused && cause.notFound) return false
    throw cause
  }
}
