import type { ReceiptKeys } from '../../shared/schemas/receipts'
import type { TransactionFinding } from '../../shared/types/packet'
import type { Coin } from '../../shared/utils/coin'
import type { ChannelEnd, PacketId } from '../../shared/utils/packet-id'
import type { RelayTerms } from '../domain/packet/diagnose'
import type { PacketFacts, PacketLeg, RouteFacts, Tip, Unanswered } from '../domain/packet/facts'
import type { ScannedBlock } from '../domain/payment/inbound'

export interface Clock {
  now(): Date
}

export interface Ids {
  /** UUIDv7, for rows. */
  rowId(): string
  /** UUIDv4, for secrets. */
  secretId(): string
  /** `count` uniformly random integers in [0, base). */
  randomIntegers(count: number, base: number): number[]
  /** `bytes` random bytes as base64url. */
  randomText(bytes: number): string
}

/** Keyed hash of what a token promises. */
export interface TokenSigner {
  /** HMAC-SHA256, base64url. */
  sign(canonicalText: string): string
  verify(canonicalText: string, signature: string): boolean
}

/** Signs with a private key whose public half is published. */
export interface ReceiptSigner {
  readonly publicKey: ReceiptKeys['keys'][number]
  /** Ed25519 over the UTF-8 bytes, base64url. */
  sign(text: string): string
}

/** Keeps an answer unreadable without the Idempotency-Key it was given under. */
export interface AnswerSeal {
  /** What a key is stored as. */
  nameOf(key: string): string
  close(key: string, text: string): string
  /** Throws on anything that was not closed with this key. */
  open(key: string, sealed: string): string
}

export interface Logger {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** Facts about a served chain, from the registry extract or the chains file. */
export interface ServedChain {
  readonly chainId: string
  readonly chainName: string
  readonly prettyName: string
  readonly bech32Prefix: string
  readonly slip44: number
  readonly feeDenom: string
  readonly feeSymbol: string
  readonly feeExponent: number
  /** Decimal text per unit of gas in feeDenom: the floor under whatever a node says. */
  readonly gasPriceFloor: string
  readonly assets: readonly { readonly denom: string, readonly symbol: string, readonly exponent: number }[]
  readonly explorers: readonly { readonly name: string, readonly txPage: string | null, readonly accountPage: string | null }[]
  readonly sandbox: boolean
}

/** A channel between two served chains, as known beforehand (registry or chains file). */
export interface ServedChannel {
  readonly a: ChannelEnd & { readonly connectionId: string | null, readonly clientId: string | null }
  readonly b: ChannelEnd & { readonly connectionId: string | null, readonly clientId: string | null }
}

export interface ChainDirectory {
  chains(): readonly ServedChain[]
  /** undefined: not served. */
  chain(chainId: string): ServedChain | undefined
  channels(): readonly ServedChannel[]
  /** The other end of a served channel; undefined when the route is not served. */
  counterparty(end: ChannelEnd): ChannelEnd | undefined
}

export type EndpointStatus = 'ok' | 'behind' | 'down' | 'wrong_chain' | 'disagreeing' | 'not_asked'

export interface EndpointHealth {
  /** Host and port only. */
  readonly endpoint: string
  readonly status: EndpointStatus
  readonly height: bigint | null
  readonly checkedAt: Date | null
}

/** What one endpoint said of a block. */
export type BlockReading = Pick<ScannedBlock, 'chainId' | 'height' | 'blockHash' | 'endpoint'> & {
  readonly codes: readonly number[]
  /** What of ours only its events told, as a text; null: not kept. */
  readonly toldByEvents?: string | null
}

/** That text for any endpoint's showing of the block. */
export type ToldByEvents = (block: ScannedBlock) => string

/** `agreed`: block hash, result codes and what was to be compared of the events agree on two endpoints. `single`: only one endpoint is configured. `waiting`: the second cannot answer now. */
export type BlockAgreement = 'agreed' | 'single' | 'waiting' | 'disputed'

/** What the first endpoint that was asked says; `agreement` tells whether a second one says the same. */
export interface BalancesReading {
  readonly balances: readonly Coin[]
  readonly agreement: BlockAgreement
}

export interface FoundPacket {
  readonly id: PacketId
  readonly legs: readonly PacketLeg[]
}

export interface PacketSearchAnswer {
  readonly packets: readonly FoundPacket[]
  /** Chains or queries that gave no (or a possibly partial) answer. */
  readonly unanswered: readonly Unanswered[]
  /** Of a tx that could be asked for. */
  readonly transaction?: TransactionFinding
}

export interface ChannelPending {
  readonly sourceHeight: bigint
  readonly destinationHeight: bigint
  /** Committed on the source, not received on the destination. */
  readonly undelivered: readonly bigint[]
  /** Committed on the source, received on the destination. */
  readonly unacknowledged: readonly bigint[]
}

export interface ChainAccount {
  readonly accountNumber: bigint
  readonly sequence: bigint
}

export interface AccountReading {
  /** null: the chain knew no such account. */
  readonly account: ChainAccount | null
  readonly agreement: BlockAgreement
}

export type BroadcastAnswer
  = | { readonly state: 'accepted' | 'already_known' | 'unknown', readonly txHash: string }
    | { readonly state: 'rejected', readonly txHash: string, readonly code: number, readonly log: string }

export interface ReadOptions {
  /** Every endpoint that can is asked for the same height and counted; where two differ, the answer is unknown. */
  readonly corroborate?: boolean
  /** As `corroborate`, and where several endpoints are configured, what only one of them says is unknown, too. */
  readonly vouched?: boolean
}

/** Reads served chains. Every method has its own time-out and bounded retries; failures are DomainError('chain_unavailable'). */
export interface ChainReader {
  /** Highest tip among the endpoints that answer on the right chain-id. */
  tip(chainId: string): Promise<Tip>
  /** Calls back after each NewBlock event (a hint only; may be silent or repeat). */
  onNewBlock(chainId: string, wake: (height: bigint) => void): () => void
  /** `avoidEndpoint`: ask another one, unless no other can answer. Rejects when the block is pruned or its data_hash does not fit. */
  block(chainId: string, height: bigint, options?: { readonly avoidEndpoint?: string }): Promise<ScannedBlock>
  /** Compares with a second endpoint: block hash, every result code and, where `toldBy` is given, what of ours events tell. */
  confirmBlock(block: BlockReading, toldBy?: ToldByEvents): Promise<BlockAgreement>
  /** Never rejects for one dead chain: unknown answers stand in the facts. Batched per channel: at most two state queries per direction plus paging. */
  packetFacts(ids: readonly PacketId[], options?: ReadOptions & { readonly withLegs?: boolean }): Promise<PacketFacts[]>
  channelPending(source: ChannelEnd, destination: ChannelEnd): Promise<ChannelPending>
  route(source: ChannelEnd, options?: ReadOptions): Promise<RouteFacts>
  /** Packets whose ICS-20 sender or receiver is `address`, over every served chain. */
  packetsOfAddress(address: string): Promise<PacketSearchAnswer>
  packetsOfTx(chainId: string, txHash: string): Promise<PacketSearchAnswer>
  balance(chainId: string, address: string, denom: string): Promise<Coin>
  /** Everything the address holds after block `height`, and who says so. Rejects when no endpoint has that height's state (not made yet, pruned). */
  balancesAt(chainId: string, address: string, height: bigint): Promise<BalancesReading>
  /** null: the chain knows no such account. */
  account(chainId: string, address: string): Promise<ChainAccount | null>
  /** The account after block `height`, and who says so. Rejects when no endpoint has that height's state (not made yet, pruned). */
  accountAt(chainId: string, address: string, height: bigint): Promise<AccountReading>
  /** Decimal text per unit of gas in the fee denom: node config or fee market, at least the registry's floor. */
  gasPrice(chainId: string): Promise<string>
  /** Result of a tx by hash; null when no endpoint's index has it (which proves nothing). */
  txResult(chainId: string, txHash: string): Promise<{ readonly height: bigint, readonly code: number } | null>
  broadcast(chainId: string, txBytes: Uint8Array): Promise<BroadcastAnswer>
  endpoints(chainId: string): readonly EndpointHealth[]
}

export type SimulationAnswer
  = | { readonly state: 'ok', readonly gasUsed: bigint }
    /** By the application, in its words. */
    | { readonly state: 'refused', readonly reason: string }

/** Runs a tx on the newest state without keeping anything. Rejects with DomainError('chain_unavailable'). */
export interface TransactionSimulator {
  simulate(chainId: string, txBytes: Uint8Array): Promise<SimulationAnswer>
}

/** Addresses that must not be paid. */
export interface AddressChecks {
  /** Of a module of the chain or an escrow of a served channel, as far as can be told. Rejects with DomainError('chain_unavailable'). */
  isModuleAccount(chainId: string, address: string): Promise<boolean>
}

/** A bank MsgSend from a service wallet, with everything its signature covers. */
export interface SendOrder {
  readonly destination: string
  readonly coin: Coin
  readonly memo: string
  readonly fee: Coin
  readonly gasLimit: bigint
  /** Last height that may hold it. */
  readonly timeoutHeight: bigint
  readonly accountNumber: bigint
  readonly sequence: bigint
}

/** Signs for one service wallet; the key never leaves it. */
export interface ServiceWallet {
  readonly chainId: string
  readonly address: string
  /** Bytes of TxRaw and their hash, upper-case hex. The same order gives the same bytes. */
  sign(order: SendOrder): Promise<{ readonly txBytes: Uint8Array, readonly txHash: string }>
  /** The same tx without a signature: good for a simulation and nothing else. */
  unsigned(order: SendOrder): Uint8Array
}

/** Decodes a signed tx for the broadcast call; throws DomainError('transaction_not_a_payment') on anything else. */
export interface TxDecoder {
  /** The tx's single MsgSend. */
  singleSend(txBytes: Uint8Array): { readonly fromAddress: string, readonly toAddress: string, readonly coins: readonly Coin[], readonly memo: string }
}

export type ExecutorName = 'clear_packets' | 'tx_packet'

/** At least one sequence: an empty list would clear a whole channel at our cost. */
export type Sequences = readonly [bigint, ...bigint[]]

export interface RelayRun {
  readonly executor: ExecutorName
  readonly source: ChannelEnd
  readonly destination: ChannelEnd
  readonly sequences: Sequences
  /** tx_packet only: which message each run sends. */
  readonly step?: 'receive' | 'acknowledge'
  readonly timeLimitMs: number
  readonly signal: AbortSignal
}

/** What the program said. It starts a check and decides nothing. */
export interface RelayReport {
  readonly ending: 'exit_0' | 'exit_error' | 'timed_out' | 'killed' | 'not_started'
  readonly exitCode: number | null
  /** `success` or `error` of the last status line; null when there was none (garbage, cut). */
  readonly statusLine: 'success' | 'error' | null
  /** Error lines, shortened. */
  readonly errors: readonly string[]
  readonly durationMs: number
}

export interface RelayerKey {
  readonly chainId: string
  readonly address: string
  readonly keyName: string
  /** With less in its wallet the program sends nothing; absent: it does not tell. */
  readonly mustHold?: Coin
}

export interface RelayerReadiness {
  readonly ready: boolean
  readonly version: string | null
  /** Each with what to do about it. */
  readonly problems: readonly string[]
  readonly keys: readonly RelayerKey[]
  /** Whether its REST service answers; null when none is configured. */
  readonly restAlive: boolean | null
}

export interface PacketRelayer {
  /** Cached for some seconds. */
  readiness(): Promise<RelayerReadiness>
  /** Problems for one route (chain missing in the config, packet filter, no key); empty = can serve. */
  routeProblems(source: ChannelEnd, destination: ChannelEnd): Promise<readonly string[]>
  /** What its configuration says of one route; null: it cannot be read. Starts nothing. */
  terms(source: ChannelEnd, destination: ChannelEnd): Promise<RelayTerms | null>
  /** Resolves with a report in every case, within timeLimitMs plus a grace for the kill. */
  run(run: RelayRun): Promise<RelayReport>
}

/** Cache with expiry; losing it loses nothing. */
export interface Cache {
  /** Returns the cached value or loads and keeps it for ttlMs; concurrent loads of one key share one call. */
  remember<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T>
  forget(key: string): Promise<void>
}

export interface RateLimiter {
  /** Throws DomainError('rate_limited', retryAfterSeconds) when `points` do not fit. */
  consume(limit: 'reads' | 'quotes' | 'tokens' | 'sign_in' | 'broadcast' | 'verify', key: string): Promise<{ readonly limit: number, readonly remaining: number, readonly resetSeconds: number }>
}

export interface Metrics {
  requestCounted(chainId: string, outcome: string): void
  stageObserved(stage: 'quote_to_payment' | 'payment_to_credit' | 'credit_to_cleared' | 'run', seconds: number): void
  relayerRunFinished(executor: ExecutorName, result: string): void
}
