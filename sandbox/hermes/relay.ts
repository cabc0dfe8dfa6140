import type { Any } from 'cosmjs-types/google/protobuf/any'
import type { SandboxAccount } from '../accounts'
import { getAccount } from '../chain/accounts'
import { feeFloor } from '../chain/ante'
import { balanceOf } from '../chain/bank'
import type { Block, TransactionResult } from '../chain/blocks'
import type { Chain } from '../chain/chain'
import { AlreadyInCacheError } from '../chain/chain'
import { AbciError } from '../chain/errors'
import { signTransaction } from '../signer'
import type { LogLevel, Span } from './output'
import { errorText, ibcEventViews } from './output'

/** What a run may spend and with which key, per chain. */
export interface ChainSettings {
  readonly key: SandboxAccount
  readonly rpcUrl: string
  readonly maxGas: number
  /** Decimal text of base units. */
  readonly gasPrice: string
  readonly gasMultiplier: number
  /** Messages per transaction, the client update included. */
  readonly maxMessages: number
}

/** Longest fields of an ICS-20 packet that are relayed. */
export interface FieldLimits {
  readonly memoBytes: number
  readonly receiverBytes: number
}

export const defaultLimits: FieldLimits = { memoBytes: 32_768, receiverBytes: 2_048 }
export const noLimits: FieldLimits = { memoBytes: Number.POSITIVE_INFINITY, receiverBytes: Number.POSITIVE_INFINITY }

export interface RelayRun {
  readonly signal: AbortSignal
  readonly limits: FieldLimits
  settings(chainId: string): ChainSettings
  /** Is the node that the configuration names out of order? */
  isNodeDown(rpcUrl: string): boolean
  log(level: LogLevel, message: string, spans: readonly Span[], fields?: Readonly<Record<string, string>>): void
}

/** A relaying stage failed: printed as an ERROR line by `clear`, or as the result by `tx`. */
export class RelayError extends Error {
  constructor(readonly summary: string, readonly causes: readonly string[]) {
    super(summary)
  }

  get text(): string {
    return errorText(this.summary, this.causes)
  }
}

/** Resolves at the first block (or at once) for which `find` gives a value; rejects when aborted. */
export async function untilBlock<T>(chain: Chain, signal: AbortSignal, find: (block: Block | undefined) => T | undefined): Promise<T> {
  signal.throwIfAborted()
  const now = find(chain.latest)
  if (now !== undefined) return now
  return new Promise<T>((resolve, reject) => {
    const onBlock = (block: Block): void => {
      const found = find(block)
      if (found === undefined) return
      stop()
      resolve(found)
    }
    const onAbort = (): void => {
      stop()
      reject(signal.reason)
    }
    const stop = (): void => {
      chain.emitter.off('block', onBlock)
      signal.removeEventListener('abort', onAbort)
    }
    chain.emitter.on('block', onBlock)
    signal.addEventListener('abort', onAbort)
  })
}

/** Waits for the header that commits to the state after the newest block, and returns its height. */
export async function nextProofHeight(chain: Chain, signal: AbortSignal): Promise<number> {
  const queried = chain.height
  return untilBlock(chain, signal, () => chain.height > queried ? queried + 1 : undefined)
}

function linkError(cause: string): RelayError {
  return new RelayError('link failed with underlying error', [cause])
}

function checkNode(run: RelayRun, chainId: string): ChainSettings {
  const settings = run.settings(chainId)
  if (run.isNodeDown(settings.rpcUrl)) {
    throw new RelayError('failed during a client operation', [`error raised while trying to refresh client: failed querying client state on dst chain`, `RPC error to endpoint ${settings.rpcUrl}/`, 'HTTP error'])
  }
  return settings
}

/** Hermes simulates with the highest fee it might pay, so a wallet with less than max_gas × price fails before anything is sent. */
function checkFunds(chain: Chain, settings: ChainSettings, address: string): void {
  const { feeDenom, bech32Prefix } = chain.spec
  if (!getAccount(chain.state, settings.key.address(bech32Prefix))) {
    throw linkError(`gRPC call \`query_account\` failed with status: status: NotFound, message: "account ${address} not found", details: [], metadata: MetadataMap { headers: {"content-type": "application/grpc", "x-cosmos-block-height": "${chain.height}"} }`)
  }
  const balance = balanceOf(chain.state, address, feeDenom)
  const highest = feeFloor(settings.gasPrice, settings.maxGas) + 1n
  if (balance < highest) {
    throw linkError(`gRPC call \`send_tx_simulate\` failed with status: status: Unknown, message: "spendable balance ${balance}${feeDenom} is smaller than ${highest}${feeDenom}: insufficient funds: insufficient funds", details: [], metadata: MetadataMap { headers: {"content-type": "application/grpc"} }`)
  }
}

async function estimate(chain: Chain, settings: ChainSettings, messages: readonly Any[]): Promise<number> {
  const draft = await signTransaction(chain, settings.key, { messages, gas: settings.maxGas, fee: 0n })
  try {
    return Math.ceil(chain.simulate(draft).gasUsed * settings.gasMultiplier)
  }
  catch (cause) {
    if (!(cause instanceof AbciError)) throw cause
    throw linkError(`gRPC call \`send_tx_simulate\` failed with status: status: Unknown, message: "${cause.message}", details: [], metadata: MetadataMap { headers: {"content-type": "application/grpc"} }`)
  }
}

async function broadcast(chain: Chain, settings: ChainSettings, messages: readonly Any[], run: RelayRun, spans: readonly Span[]): Promise<string> {
  const gas = await estimate(chain, settings, messages)
  if (gas > settings.maxGas) throw linkError(`${chain.spec.chainId} gas estimate ${gas} from simulated Tx exceeds the maximum configured ${settings.maxGas}`)
  const bytes = await signTransaction(chain, settings.key, { messages, gas, fee: feeFloor(settings.gasPrice, gas) })
  run.signal.throwIfAborted()
  try {
    const answer = chain.submit(bytes)
    if (answer.code === 0) return answer.hash
    if (answer.code === 32) {
      run.log('WARN', 'failed to broadcast tx because of a mismatched account sequence number, refreshing account sequence number and retrying once', spans, { response: answer.log })
    }
    throw linkError(`RPC error to endpoint ${settings.rpcUrl}/: check tx failed with code ${answer.code}: ${answer.log}`)
  }
  catch (cause) {
    if (!(cause instanceof AlreadyInCacheError)) throw cause
    throw new RelayError('link failed with underlying error', [`RPC error to endpoint ${settings.rpcUrl}/`, 'response error', 'Internal error: tx already exists in cache (code: -32603)'])
  }
}

/** Sends one batch to `chain`, waits for its block, and returns the events Hermes reports for it. */
export async function submitBatch(chain: Chain, messages: readonly Any[], run: RelayRun, spans: readonly Span[]): Promise<unknown[]> {
  const settings = checkNode(run, chain.spec.chainId)
  run.log('INFO', `assembled batch of ${messages.length} message(s)`, spans)
  checkFunds(chain, settings, settings.key.address(chain.spec.bech32Prefix))
  const hash = await broadcast(chain, settings, messages, run, spans)
  const result = await untilBlock(chain, run.signal, (block): TransactionResult | undefined => block?.transactions.find(transaction => transaction.hash === hash)?.result)
  if (result.code !== 0) throw linkError(`deliver_tx on chain ${chain.spec.chainId} for Tx hash ${hash} reports error: code=Err(${result.code}), log=${JSON.stringify(result.log)}`)
  run.log('INFO', `[Sync->${chain.spec.chainId}] result events:\n`, spans)
  run.log('INFO', 'submitted', spans)
  return ibcEventViews(result.events)
}
