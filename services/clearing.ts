import type { ChallengeDto, SessionDto } from '#shared/schemas/auth'
import type { BroadcastResponseDto, ChainAccountDto, ChainDto } from '#shared/schemas/chains'
import type { ClearingRequest, ClearingStatus, ClearingToken, OperationListDto, OperationListQuery, PaymentVerificationDto, QuoteDto, QuoteRequest, RefundClaim, RefundDto } from '#shared/schemas/clearing'
import type { PacketIdDto } from '#shared/schemas/common'
import type { PacketDto, PacketListDto, PacketSearch } from '#shared/schemas/packets'
import type { PlatformStatistics, UserStatistics } from '#shared/schemas/statistics'
import type { ApiCall } from './http'
import { callApi, withQuery } from './http'
import type { UpdatesOptions, UpdateSocket } from './updates'
import { StatusSubscription } from './updates'

// Loaded with the first answer, so that zod is in no page's first chunk.
const auth = () => import('#shared/schemas/auth')
const chains = () => import('#shared/schemas/chains')
const clearing = () => import('#shared/schemas/clearing')
const packets = () => import('#shared/schemas/packets')
const statistics = () => import('#shared/schemas/statistics')
const nothing = async () => ({ parse: () => undefined })

export interface ClearingServiceOptions {
  /** Origin of the app without a slash at the end, e.g. `https://relayooor.example`; empty in a browser on the same origin. */
  readonly baseUrl?: string
  readonly fetch?: typeof fetch
  readonly timeoutMs?: number
  /** Opens the updates socket; by default the platform's WebSocket, where there is one. */
  readonly openSocket?: (url: string) => UpdateSocket
}

export type PacketQuery = Partial<Pick<PacketSearch, 'limit' | 'cursor'>> & (
  | { readonly address: string }
  | { readonly txHash: string, readonly chainId: string }
  | Omit<PacketIdDto, 'sequence'>)
export type OperationFilter = Partial<OperationListQuery>
export type UpdateTuning = Pick<UpdatesOptions, 'known' | 'onConnection' | 'onFailure' | 'pollMs' | 'silenceMs' | 'firstRetryMs' | 'longestRetryMs'>

const part = encodeURIComponent

/**
 * Typed client of the HTTP API; browser and Node. Every method rejects with ApiProblem: the server's problem document,
 * or `offline`, `timeout`, `unreadable_answer`. Amounts are base units as text, times ISO-8601.
 */
export class ClearingService {
  private readonly baseUrl: string
  private readonly call: <T>(call: ApiCall<T>) => Promise<T>
  private readonly openSocket: ((url: string) => UpdateSocket) | undefined

  constructor(options: ClearingServiceOptions = {}) {
    this.baseUrl = options.baseUrl ?? ''
    const http = { baseUrl: `${this.baseUrl}/api/v1`, fetch: options.fetch ?? globalThis.fetch.bind(globalThis), timeoutMs: options.timeoutMs ?? 20_000 }
    this.call = call => callApi(call, http)
    const platformSocket = typeof WebSocket === 'undefined' ? undefined : (url: string) => new WebSocket(url) as unknown as UpdateSocket
    this.openSocket = options.openSocket ?? platformSocket
  }

  /** Asks for a priced, signed, one-time token; refused with `packets_not_clearable` and a reason per packet. */
  requestToken(request: ClearingRequest, idempotencyKey?: string): Promise<ClearingToken> {
    return this.call({ method: 'POST', path: '/clearing/request-token', body: request, idempotencyKey, schema: async () => (await clearing()).clearingTokenSchema })
  }

  /** True once the payment is credited; wakes the server's scanner. See `checkPayment` for what else is known. */
  async verifyPayment(token: string, txHash: string): Promise<boolean> {
    return (await this.checkPayment(token, txHash)).verified
  }

  checkPayment(token: string, txHash: string): Promise<PaymentVerificationDto> {
    return this.call({ method: 'POST', path: '/clearing/verify-payment', body: { token, txHash }, schema: async () => (await clearing()).verifyPaymentResponseSchema })
  }

  getStatus(token: string): Promise<ClearingStatus> {
    return this.call({ path: `/clearing/status/${part(token)}`, schema: async () => (await clearing()).clearingStatusSchema })
  }

  /** A text that the wallet that paid signs, so that its waiting refund goes to another address. */
  askRefundClaim(refundId: string, destination: string): Promise<ChallengeDto> {
    return this.call({ method: 'POST', path: `/clearing/refunds/${part(refundId)}/claim-challenge`, body: { destination }, schema: async () => (await auth()).challengeSchema })
  }

  claimRefund(refundId: string, claim: RefundClaim): Promise<RefundDto> {
    return this.call({ method: 'POST', path: `/clearing/refunds/${part(refundId)}/claim`, body: claim, schema: async () => (await clearing()).refundSchema })
  }

  /** The signed-in wallet's own totals. */
  getUserStatistics(): Promise<UserStatistics> {
    return this.call({ path: '/users/statistics', schema: async () => (await statistics()).userStatisticsSchema })
  }

  /** Calls back with the whole status now (unless it is `known`) and after every committed event, until the returned function is called. */
  subscribeToUpdates(token: string, callback: (status: ClearingStatus) => void, tuning: UpdateTuning = {}): () => void {
    const open = this.openSocket
    const url = this.socketUrl()
    const subscription = new StatusSubscription({
      ...tuning,
      token,
      openSocket: open && url ? () => open(url) : undefined,
      getStatus: () => this.getStatus(token),
      onStatus: callback,
    })
    subscription.start()
    return () => subscription.stop()
  }

  searchPackets(query: PacketQuery): Promise<PacketListDto> {
    return this.call({ path: '/packets', query: { ...query }, schema: async () => (await packets()).packetListSchema })
  }

  getPacket(id: PacketIdDto): Promise<PacketDto> {
    return this.call({ path: `/packets/${part(id.chainId)}/${part(id.portId)}/${part(id.channelId)}/${part(id.sequence)}`, schema: async () => (await packets()).packetSchema })
  }

  /** Fee lines without creating anything. */
  previewQuote(request: QuoteRequest): Promise<QuoteDto> {
    return this.call({ method: 'POST', path: '/clearing/quote/preview', body: request, schema: async () => (await clearing()).quoteSchema })
  }

  listOperations(filter: OperationFilter = {}): Promise<OperationListDto> {
    return this.call({ path: '/clearing/operations', query: { ...filter }, schema: async () => (await clearing()).operationListSchema })
  }

  /** Address of the operations list; asked for with `Accept: text/csv` it is a CSV file. */
  operationsCsvUrl(filter: Omit<OperationFilter, 'cursor' | 'limit'> = {}): string {
    return `${this.baseUrl}/api/v1${withQuery('/clearing/operations', { ...filter })}`
  }

  async listChains(): Promise<ChainDto[]> {
    return (await this.call({ path: '/chains', schema: async () => (await chains()).chainListSchema })).items
  }

  getAccount(chainId: string, address: string): Promise<ChainAccountDto> {
    return this.call({ path: `/chains/${part(chainId)}/accounts/${part(address)}`, schema: async () => (await chains()).accountSchema })
  }

  /** Hands a signed TxRaw (base64) to the chain; repeating the same bytes is safe. */
  broadcast(chainId: string, txBytes: string): Promise<BroadcastResponseDto> {
    return this.call({ method: 'POST', path: `/chains/${part(chainId)}/broadcast`, body: { txBytes }, schema: async () => (await chains()).broadcastResponseSchema })
  }

  createChallenge(request: { readonly address: string, readonly chainId: string }): Promise<ChallengeDto> {
    return this.call({ method: 'POST', path: '/auth/challenge', body: request, schema: async () => (await auth()).challengeSchema })
  }

  /** Signature and compressed public key in base64; answers with the session whose cookie was set. */
  async signIn(signed: { readonly challengeId: string, readonly signature: string, readonly pubKey: string }): Promise<SessionDto> {
    const { session } = await this.call({ method: 'POST', path: '/auth/wallet-sign', body: signed, schema: async () => (await auth()).sessionAnswerSchema })
    return session ?? Promise.reject(new TypeError('signed in, but no session was answered'))
  }

  async getSession(): Promise<SessionDto | null> {
    return (await this.call({ path: '/auth/session', schema: async () => (await auth()).sessionAnswerSchema })).session
  }

  signOut(): Promise<void> {
    return this.call<undefined>({ method: 'DELETE', path: '/auth/session', schema: nothing })
  }

  /** The platform's statistics, each number with its sample size. */
  getStatistics(): Promise<PlatformStatistics> {
    return this.call({ path: '/statistics', schema: async () => (await statistics()).platformStatisticsSchema })
  }

  private socketUrl(): string | undefined {
    const origin = this.baseUrl || globalThis.location?.origin
    return origin ? `${origin.replace(/^http/, 'ws')}/api/v1/ws/clearing-updates` : undefined
  }
}
