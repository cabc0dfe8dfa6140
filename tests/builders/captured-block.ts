import { scanBlock } from '../../server/adapters/cosmos/blocks'
import { EndpointPool } from '../../server/adapters/cosmos/endpoint-pool'
import type { ScannedBlock } from '../../server/domain/payment/inbound'
import { captured, startNode, status } from './rpc-node'

interface BlockAnswer { readonly block: { readonly header: { readonly chain_id: string, readonly height: string } } }

/** A block that a real chain made (`rpc_block_<name>` and `rpc_block_results_<name>` of the fixtures), read and verified as the scanner does. */
export async function scanCaptured(name: string, bech32Prefix = 'cosmos'): Promise<ScannedBlock> {
  const { chain_id: chainId, height } = (captured(`rpc_block_${name}`) as BlockAnswer).block.header
  const node = await startNode({
    status: () => status(Number(height), { network: chainId }),
    block: () => captured(`rpc_block_${name}`), block_results: () => captured(`rpc_block_results_${name}`),
  })
  try {
    const pool = new EndpointPool({ chainId, urls: [node.url], clock: { now: () => new Date() }, observe: () => undefined, timeoutMs: 1_000 })
    return await scanBlock({ pool, chain: { bech32Prefix } }, BigInt(height))
  }
  finally {
    await node.close()
  }
}
