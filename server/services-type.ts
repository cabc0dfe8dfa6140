import type { BroadcastResponseDto, ChainAccountDto, ChainDto } from '../shared/schemas/chains'
import type { ClearingStatus, ClearingToken, OperationEventDto, OperationListDto, OperationListQuery, PaymentVerificationDto, QuoteDto } from '../shared/schemas/clearing'
import type { PacketDto, PacketListDto, PacketSearch } from '../shared/schemas/packets'
import type { PlatformStatistics, UserStatistics } from '../shared/schemas/statistics'
import type { OperationStatus } from '../shared/types/clearing'
import type { ChannelEnd, PacketId } from '../shared/utils/packet-id'
import type { AppConfig } from './config'
import type { AdminLooks } from './usecases/admin/look'
import type { AdminActs } from './usecases/admin/perform-act'
import type { AskRefundClaim, ClaimRefund } from './usecases/claim-refund'
import type { CreateChallenge } from './usecases/create-challenge'
import type { IdempotencyStore } from './usecases/http-ports'
import type { Clock, Logger, RateLimiter, ReceiptSigner } from './usecases/ports'
import type { Readiness } from './usecases/readiness'
import type { ReadSession } from './usecases/read-session'
import type { ReconciliationReport } from './usecases/reconcile'
import type { SignIn } from './usecases/sign-in'
import type { SignOut } from './usecases/sign-out'
import type { Requester } from './usecases/store-ports'
import type { SignReceipt } from './usecases/sign-receipt'
import type { ListChannels } from './usecases/list-channels'

/** Events of an operation after an id, oldest first, with the status they led to. */
export interface OperationEvents {
  readonly events: readonly OperationEventDto[]
  readonly status: OperationStatus
}

/** Everything a request, a socket or a worker may ask for; built once by the composition root. */
export interface Services {
  readonly config: Pick<AppConfig, 'publicUrl' | 'trustedProxies'>
  readonly clock: Clock
  readonly logger: Logger
  readonly rateLimiter: RateLimiter
  readonly idempotency: IdempotencyStore
  /** Keyed hash of a caller's IP address. */
  ipKey(ipAddress: string): string

  listChains(): Promise<ChainDto[]>
  getAccount(input: { readonly chainId: string, readonly address: string }): Promise<ChainAccountDto>
  broadcastPayment(input: { readonly chainId: string, readonly txBytes: Uint8Array }): Promise<BroadcastResponseDto>
  searchPackets(search: PacketSearch): Promise<PacketListDto>
  getPacket(id: PacketId): Promise<PacketDto>
  previewQuote(input: { readonly paymentChainId: string, readonly packets: PacketId[] }): Promise<QuoteDto>
  requestToken(input: { readonly walletAddress: string, readonly paymentChainId: string, readonly packets: PacketId[], readonly requester: Requester }): Promise<ClearingToken>
  getClearingStatus(token: string): Promise<ClearingStatus>
  readonly signReceipt: SignReceipt
  readonly receiptKey: ReceiptSigner['publicKey']
  verifyPayment(input: { readonly token: string, readonly txHash: string }): Promise<PaymentVerificationDto>
  listOperations(input: { readonly address: string, readonly query: OperationListQuery }): Promise<OperationListDto>
  userStatistics(address: string): Promise<UserStatistics>
  platformStatistics(): Promise<PlatformStatistics>
  listChannels: ListChannels

  readonly askRefundClaim: AskRefundClaim
  readonly claimRefund: ClaimRefund

  readonly createChallenge: CreateChallenge
  readonly signIn: SignIn
  readonly readSession: ReadSession
  readonly signOut: SignOut

  readonly adminActs: AdminActs
  readonly adminLooks: AdminLooks

  clearRoute(route: ChannelEnd): Promise<unknown>
  sweepUnfinished(): Promise<unknown>
  /** What the scanners read; a chain without a wallet of ours is left alone. */
  readonly scannedChainIds: readonly string[]
  /** Chains with an address that customers pay to. */
  readonly paymentChainIds: readonly string[]
  /** Remembers the wallets of the relayer's keys, so that the scanners watch them. */
  watchRelayer(): Promise<unknown>
  /** Calls back after each NewBlock event, a hint only. Returns how to stop. */
  onNewBlock(chainId: string, wake: (height: bigint) => void): () => void
  /** `hint`: a height that is known to exist, which spares asking for the tip. */
  scanChain(chainId: string, hint?: bigint): Promise<{ readonly waiting: boolean }>
  auditChain(chainId: string): Promise<unknown>
  /** Sends, follows up and holds what goes back on a chain. */
  payRefunds(chainId: string): Promise<unknown>
  refreshPacketIndex(): Promise<unknown>
  sampleDeliveries(): Promise<unknown>
  /** Compares wallets, books and chains when that is due; called often. */
  reconcileWhenDue(): Promise<unknown>
  /** The same at once, over larger windows; null while it is under way, on whichever instance. */
  reconcileNow(): Promise<ReconciliationReport | null>

  /** null: no such token. */
  operationEventsAfter(token: string, afterEventId: bigint): Promise<OperationEvents | null>
  /** Calls back after every committed event, of whichever instance; a hint to read again. Returns how to stop. */
  onOperationEvent(callback: (hint: { readonly token: string }) => void): () => void

  readonly readiness: Readiness
  /** The Prometheus text of now. */
  metricsText(): Promise<{ readonly contentType: string, readonly text: string }>
}
