import type { ClearingStatus, ClearingToken } from '../shared/schemas/clearing'
import { clearPackets } from '../tests/localnet/harness/hermes'
import { strand } from '../tests/localnet/harness/transfers'
import { waitUntil } from '../tests/localnet/harness/wait'
import type { LocalWallet } from '../tests/localnet/harness/wallet'
import type { BlockWatch } from './block-watch'
import type { World } from './world'

export interface Bench {
  readonly world: World
  readonly watch: BlockWatch
  /** Sends the transfers. */
  readonly sender: LocalWallet
  /** Pays the app. */
  readonly payer: LocalWallet
}

/** Milliseconds, all from the arrival of a source block. */
export interface AppRound {
  readonly clearedMs: number
  readonly detectedMs: number
}

// Older than the destination's view of the source: both sides start from a packet that any relayer could prove already.
const ageInBlocks = 3
// The relayer's key serves one writer at a time: the round before must have let go of it.
const restBlocks = 2

async function agedPackets({ world, watch, sender }: Bench, count: number): Promise<readonly bigint[]> {
  const { sequences } = await strand(sender, world.net.b, { count })
  await watch.passBlocks(ageInBlocks)
  return sequences
}

/** From a source block, at whose arrival `hermes clear packets` starts, to commitments gone. */
export async function bareRound(bench: Bench, count: number): Promise<number> {
  const { world, watch } = bench
  const sequences = await agedPackets(bench, count)
  const start = await watch.arrivalOf(await watch.nextBlock())
  const running = clearPackets(world.net, world.net.a, sequences)
  const gone = await watch.goneAt(sequences)
  await running
  await watch.passBlocks(restBlocks)
  return gone - start
}

async function answerOf<Body>(response: Response): Promise<Body> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
  return await response.json() as Body
}

export async function requestToken({ world, payer }: Pick<Bench, 'world' | 'payer'>, sequences: readonly bigint[]): Promise<ClearingToken> {
  const { a } = world.net
  const packets = sequences.map(sequence => ({ chainId: a.id, portId: a.port, channelId: a.channel, sequence: String(sequence) }))
  const body = JSON.stringify({ walletAddress: payer.address, paymentChainId: a.id, packets })
  return answerOf(await fetch(`${world.appUrl}/api/v1/clearing/request-token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
}

async function settled(world: World, token: string): Promise<ClearingStatus> {
  const status = await waitUntil('the operation settles', async () => {
    const seen = await answerOf<ClearingStatus>(await fetch(`${world.appUrl}/api/v1/clearing/status/${token}`))
    return ['awaiting_payment', 'queued', 'clearing'].includes(seen.status) ? undefined : seen
  }, { everyMs: 250 })
  if (status.status !== 'cleared') throw new Error(`operation ${token} ended ${status.status}`)
  return status
}

/** From the arrival of the payment's block (a source block, too) to commitments gone, cleared by the app. */
export async function appRound(bench: Bench, count: number): Promise<AppRound> {
  const { world, watch, payer } = bench
  const sequences = await agedPackets(bench, count)
  const token = await requestToken(bench, sequences)
  const goneAt = watch.goneAt(sequences)
  const payment = await payer.pay(token.paymentAddress, BigInt(token.total.amount), token.memoCode, token.total.denom)
  const start = await watch.arrivalOf(payment.height)
  const gone = await goneAt
  const status = await settled(world, token.token)
  await watch.passBlocks(restBlocks)
  const credited = status.events.find(event => event.type === 'payment_credited')
  if (!credited) throw new Error(`operation ${token.token} was cleared without a credit`)
  return { clearedMs: gone - start, detectedMs: Date.parse(credited.at) - start }
}
