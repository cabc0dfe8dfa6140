import { EventEmitter } from 'node:events'
import { TxMsgData } from 'cosmjs-types/cosmos/base/abci/v1beta1/abci'
import { anteGas, runAnte } from './ante'
import type { ExecutionMode } from './ante'
import type { Block, BlockHeader, BlockTransaction, TransactionResult } from './blocks'
import { headerHash } from './blocks'
import type { ChainSpec, ExecutionContext, ProvenChain } from './context'
import { AbciError, outOfGas } from './errors'
import { withIndex } from './events'
import { merkleRoot, sha256, transactionsHash, upperHex } from './merkle'
import { actionEvent } from './messages'
import { PacketLog } from './packet-log'
import type { StateReader } from './state'
import { StateBranch, StateHistory } from './state'
import type { Transaction } from './transaction'
import { decodeTransaction } from './transaction'

export interface CheckResult {
  readonly code: number
  readonly codespace: string
  readonly log: string
  readonly hash: string
}

/** The mempool keeps hashes of what it saw, so that the same bytes are refused even after their block. */
export class AlreadyInCacheError extends Error {
  constructor() {
    super('tx already exists in cache')
  }
}

interface Execution { readonly result: TransactionResult, readonly branch: StateBranch | undefined }

/**
 * One simulated chain: a mempool, blocks, versioned state. `block` is emitted after each block.
 * Transactions that pass CheckTx land in the next block, in order of arrival.
 */
export class Chain {
  readonly blocks: Block[] = []
  /** Blocks that hold transactions: what searches look through. */
  readonly busyBlocks: Block[] = []
  readonly packets = new PacketLog()
  readonly emitter = new EventEmitter().setMaxListeners(0)
  private readonly history = new StateHistory()
  private readonly seen = new Set<string>()
  private mempool: { bytes: Uint8Array, hash: string, transaction: Transaction }[] = []
  private checkState: StateBranch
  private readonly validatorKey: Uint8Array

  constructor(readonly spec: ChainSpec, private readonly counterparty: (chainId: string) => ProvenChain | undefined) {
    this.validatorKey = sha256(`${spec.chainId} validator`)
    this.checkState = new StateBranch(this.stateAt(0))
  }

  get height(): number {
    return this.blocks.length
  }

  get latest(): Block | undefined {
    return this.blocks.at(-1)
  }

  get validator(): { readonly address: Uint8Array, readonly publicKey: Uint8Array } {
    return { address: sha256(this.validatorKey).slice(0, 20), publicKey: this.validatorKey }
  }

  block(height: number): Block | undefined {
    return this.blocks[height - 1]
  }

  stateAt(height: number): StateReader {
    return this.history.at(height)
  }

  get state(): StateReader {
    return this.stateAt(this.height)
  }

  get mempoolSize(): number {
    return this.mempool.length
  }

  /** Writes state outside of any transaction: genesis and control calls only. Takes effect at once, at the latest height. */
  write(change: (state: StateBranch) => void): void {
    const branch = new StateBranch(this.state)
    change(branch)
    this.history.commit(this.height, branch.changes)
    branch.writeTo(this.checkState)
  }

  private context(state: StateBranch, height: number, timeNs: bigint): ExecutionContext {
    return { spec: this.spec, state, events: [], height, timeNs, counterparty: this.counterparty }
  }

  /** CheckTx, then the mempool. Throws AlreadyInCacheError for bytes seen before. */
  submit(bytes: Uint8Array): CheckResult {
    const hash = upperHex(sha256(bytes))
    if (this.seen.has(hash)) throw new AlreadyInCacheError()
    try {
      const transaction = decodeTransaction(bytes)
      const branch = new StateBranch(this.checkState)
      runAnte(this.context(branch, this.height, this.latest?.header.timeNs ?? 0n), transaction, 'check')
      branch.writeTo(this.checkState)
      this.seen.add(hash)
      this.mempool.push({ bytes, hash, transaction })
      return { code: 0, codespace: '', log: '', hash }
    }
    catch (cause) {
      if (!(cause instanceof AbciError)) throw cause
      return { code: cause.code, codespace: cause.codespace, log: cause.message, hash }
    }
  }

  /** Runs a transaction on the committed state without keeping anything. Throws AbciError as the chain would. */
  simulate(bytes: Uint8Array): TransactionResult {
    const transaction = decodeTransaction(bytes)
    const { result } = this.execute(transaction, new StateBranch(this.state), 'simulate', this.height, this.latest?.header.timeNs ?? 0n)
    if (result.code !== 0) throw new AbciError(result.codespace, result.code, `${result.log} with gas used: '${result.gasUsed}'`)
    return result
  }

  private execute(transaction: Transaction, parent: StateBranch, mode: ExecutionMode, height: number, timeNs: bigint): Execution {
    const base = { gasWanted: transaction.gasLimit, data: new Uint8Array() }
    const ante = this.context(new StateBranch(parent), height, timeNs)
    let gasUsed = anteGas(transaction)
    const refused = (cause: unknown, prefix: string, kept: Execution['branch']): Execution => {
      if (!(cause instanceof AbciError)) throw cause
      const result = { ...base, code: cause.code, codespace: cause.codespace, log: prefix + cause.message, gasUsed, events: kept ? ante.events : [] }
      return { result, branch: kept }
    }
    try {
      runAnte(ante, transaction, mode)
    }
    catch (cause) {
      return refused(cause, '', undefined)
    }
    const anteBranch = ante.state as StateBranch
    const outer = this.context(new StateBranch(anteBranch), height, timeNs)
    const responses: { typeUrl: string, value: Uint8Array }[] = []
    for (const [index, message] of transaction.messages.entries()) {
      const inner: ExecutionContext = { ...outer, events: [actionEvent(message)] }
      try {
        gasUsed += message.gas
        if (mode !== 'simulate' && gasUsed > transaction.gasLimit) throw outOfGas(`out of gas in location: WritePerByte; gasWanted: ${transaction.gasLimit}, gasUsed: ${gasUsed}`)
        responses.push({ typeUrl: `${message.typeUrl}Response`, value: message.execute(inner) })
      }
      catch (cause) {
        return refused(cause, `failed to execute message; message index: ${index}: `, anteBranch)
      }
      outer.events.push(...withIndex(inner.events, 'msg_index', index))
    }
    const messagesBranch = outer.state as StateBranch
    messagesBranch.writeTo(anteBranch)
    const encoded = TxMsgData.encode(TxMsgData.fromPartial({ msgResponses: responses })).finish()
    return { result: { ...base, code: 0, codespace: '', log: '', data: encoded, gasUsed, events: [...ante.events, ...outer.events] }, branch: anteBranch }
  }

  /** Makes the next block with everything in the mempool. The time never goes backwards. */
  produceBlock(timeNs: bigint): Block {
    const previous = this.latest
    const height = this.height + 1
    const blockTimeNs = previous && timeNs <= previous.header.timeNs ? previous.header.timeNs + 1_000_000n : timeNs
    const branch = new StateBranch(this.state)
    const pending = this.mempool
    this.mempool = []
    const transactions = pending.map(({ bytes, hash, transaction }): BlockTransaction => {
      const { result, branch: kept } = this.execute(transaction, branch, 'deliver', height, blockTimeNs)
      kept?.writeTo(branch)
      return { bytes, hash, result }
    })
    const header = this.header(height, blockTimeNs, pending.map(({ bytes }) => bytes), previous)
    const block: Block = {
      id: { hash: headerHash(header), partsHash: sha256(headerHash(header)) },
      header,
      transactions,
      appHashAfter: sha256(Buffer.concat([header.appHash, Buffer.from(JSON.stringify([...branch.changes].map(([key, value]) => [key, value ?? null])))])),
    }
    this.history.commit(height, branch.changes)
    this.blocks.push(block)
    if (transactions.length > 0) this.busyBlocks.push(block)
    this.packets.record(height, blockTimeNs, transactions)
    this.checkState = new StateBranch(this.state)
    this.emitter.emit('block', block)
    return block
  }

  private header(height: number, timeNs: bigint, transactions: readonly Uint8Array[], previous: Block | undefined): BlockHeader {
    const validatorsHash = sha256(this.validatorKey)
    const previousResults = previous?.transactions.map(({ result }) => Buffer.from(`${result.code}/${result.gasWanted}/${result.gasUsed}`)) ?? []
    return {
      chainId: this.spec.chainId,
      height,
      timeNs,
      lastBlockId: previous?.id,
      lastCommitHash: sha256(previous ? previous.id.hash : ''),
      dataHash: transactionsHash(transactions),
      validatorsHash,
      nextValidatorsHash: validatorsHash,
      consensusHash: sha256('consensus parameters'),
      appHash: previous?.appHashAfter ?? sha256(''),
      lastResultsHash: merkleRoot(previousResults),
      evidenceHash: sha256(''),
      proposerAddress: this.validator.address,
    }
  }
}
