import type { AdminAct, AdminAction, AdminDone, AdminHealth, AdminOperationList, AdminPaymentList, AdminRefundList, ConsentDto } from '#shared/schemas/admin'
import type { ChallengeDto } from '#shared/schemas/auth'
import { callApi, type AnswerSchema } from './http'

// Loaded with the first answer, so that zod is in no page's first chunk.
const schemas = () => import('#shared/schemas/admin')
const auth = () => import('#shared/schemas/auth')

/** Acts for which the admin's wallet signs. */
export const signedActions: ReadonlySet<AdminAction> = new Set<AdminAction>(['operation.refund', 'operation.resolve', 'payment.allocate', 'payment.refund', 'refund.approve', 'refund.mark_sent', 'outgoing.accept', 'scan.skip_gap', 'pause.end'])

function pathOf(act: AdminAct): string {
  switch (act.action) {
    case 'operation.retry': return `/operations/${act.operationId}/retry`
    case 'operation.refund': return `/operations/${act.operationId}/refund`
    case 'operation.resolve': return `/operations/${act.operationId}/resolve`
    case 'payment.allocate': return `/payments/${act.paymentId}/allocate`
    case 'payment.refund': return `/payments/${act.paymentId}/refund`
    case 'refund.approve': return `/refunds/${act.refundId}/approve`
    case 'refund.mark_sent': return `/refunds/${act.refundId}/mark-sent`
    case 'outgoing.accept': return '/outgoing/accept'
    case 'scan.skip_gap': return `/chains/${encodeURIComponent(act.chainId)}/skip-gap`
    case 'pause.start': return '/pause'
    case 'pause.end': return '/resume'
    default: return act satisfies never
  }
}

/** What the address does not say already. */
function bodyOf(act: AdminAct): Record<string, unknown> {
  const inPath: readonly string[] = act.action === 'scan.skip_gap' ? ['action', 'chainId'] : ['action', 'operationId', 'paymentId', 'refundId']
  return Object.fromEntries(Object.entries(act).filter(([name]) => !inPath.includes(name)))
}

/** What waits for an admin. */
export interface AdminInbox {
  readonly health: AdminHealth
  readonly operations: AdminOperationList
  readonly payments: AdminPaymentList
  readonly held: AdminRefundList
  readonly planned: AdminRefundList
}

/** Typed client of the admin's calls; rejects with ApiProblem. */
export class AdminService {
  constructor(private readonly http: { readonly fetch: typeof fetch, readonly baseUrl?: string }) {}

  private call<T>(path: string, schema: () => Promise<AnswerSchema<T>>, body?: unknown): Promise<T> {
    const options = { baseUrl: `${this.http.baseUrl ?? ''}/api/v1`, fetch: this.http.fetch, timeoutMs: 20_000 }
    return callApi({ path: `/admin${path}`, schema, ...body === undefined ? {} : { method: 'POST', body, idempotencyKey: crypto.randomUUID() } }, options)
  }

  async inbox(): Promise<AdminInbox> {
    const [health, operations, payments, held, planned] = await Promise.all([
      this.call('/health', async () => (await schemas()).adminHealthSchema),
      this.call('/operations?status=needs_attention&limit=100', async () => (await schemas()).adminOperationListSchema),
      this.call('/payments?state=unallocated&limit=100', async () => (await schemas()).adminPaymentListSchema),
      this.call('/refunds?state=held&limit=100', async () => (await schemas()).adminRefundListSchema),
      this.call('/refunds?state=planned&limit=100', async () => (await schemas()).adminRefundListSchema),
    ])
    return { health, operations, payments, held, planned }
  }

  /** The text that names this act, for the admin's wallet. */
  challenge(act: AdminAct): Promise<ChallengeDto> {
    return this.call('/challenge', async () => (await auth()).challengeSchema, act)
  }

  perform(act: AdminAct, consent?: ConsentDto): Promise<AdminDone> {
    return this.call(pathOf(act), async () => (await schemas()).adminDoneSchema, { ...bodyOf(act), ...consent ? { consent } : {} })
  }
}
