import { setTimeout as delay } from 'node:timers/promises'
import { BrokenCircuitError } from 'cockatiel'
import { DomainError } from '../../domain/errors'
import type { BroadcastAnswer } from '../../usecases/ports'
import { TransportError } from './bounded-fetch'
import type { ChainAccess } from './chains'
import { isRecord, RpcError } from './json-rpc'
import { sha256, upperHex } from './merkle'
import { findTx } from './packet-search'
import { isUnanswered } from './answers'

/** sdk: tx already in the mempool; sdk: incorrect account sequence. */
const alreadyInMempool = 19
const wrongSequence = 32
const codespaceSdk = 'sdk'

type NodeAnswer = { readonly code: number, readonly codespace: string, readonly log: string } | 'already_known' | 'ambiguous' | 'not_reached'

function read(result: unknown): NodeAnswer {
  if (!isRecord(result) || typeof result.code !== 'number') return 'ambiguous'
  return { code: result.code, codespace: String(result.codespace ?? ''), log: typeof result.log === 'string' ? result.log.slice(0, 500) : '' }
}

async function isOnChain(access: ChainAccess, txHash: string): Promise<boolean> {
  try {
    return await findTx(access, txHash) !== null
  }
  catch (cause) {
    if (isUnanswered(cause)) return false
    throw cause
  }
}

/**
 * `broadcast_tx_sync` on one endpoint after the other until one answers. Once an attempt was ambiguous (cut, timed out) the
 * node may hold the tx: a later refusal then proves nothing and the answer is `unknown`.
 */
export async function broadcastTx(access: ChainAccess, txBytes: Uint8Array): Promise<BroadcastAnswer> {
  const txHash = upperHex(sha256(txBytes))
  const params = { tx: Buffer.from(txBytes).toString('base64') }
  await access.pool.learnStatus(4_000)
  let ambiguous = false
  for (const endpoint of access.pool.usable()) {
    const answer = await endpoint.call('broadcast_tx_sync', params).then(read, (cause: unknown): NodeAnswer => {
      if (cause instanceof RpcError) return /already exists in cache|already in mempool/i.test(cause.message) ? 'already_known' : 'ambiguous'
      if (cause instanceof TransportError) return 'ambiguous'
      if (cause instanceof BrokenCircuitError) return 'not_reached'
      throw cause
    })
    if (answer === 'not_reached') continue
    if (answer === 'ambiguous') {
      ambiguous = true
      await delay(50)
      continue
    }
    if (answer === 'already_known' || (answer.code === alreadyInMempool && answer.codespace === codespaceSdk)) return { state: 'already_known', txHash }
    if (answer.code === 0) return { state: 'accepted', txHash }
    if (answer.code === wrongSequence && answer.codespace === codespaceSdk && await isOnChain(access, txHash)) return { state: 'already_known', txHash }
    return ambiguous ? { state: 'unknown', txHash } : { state: 'rejected', txHash, code: answer.code, log: answer.log }
  }
  if (!ambiguous) throw new DomainError('chain_unavailable', `No RPC endpoint of ${access.chain.chainId} can take a transaction now`, { nextStep: 'Try again in a minute.' })
  return { state: 'unknown', txHash }
}
