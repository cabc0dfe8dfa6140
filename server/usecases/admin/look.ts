import type { AdminAuditQuery, AdminHealth, AdminOperationDetail, AdminOperationDto, AdminOperationList, AdminOperationsQuery, AdminPaymentList, AdminPaymentsQuery, AdminRefundList, AdminRefundsQuery, AuditDto, RevenueDto, RevenueQuery } from '../../../shared/schemas/admin'
import type { ClearingStatus } from '../../../shared/schemas/clearing'
import { DomainError } from '../../domain/errors'
import type { AdminOperationRow, AdminReads } from '../admin-ports'
import { readCursor, readIdCursor, writeCursor } from '../dto/cursor'
import { toEventDto } from '../dto/status'
import { toCoinDto, toInstant, toInstantOrNull } from '../dto/wire'
import type { ListPosition } from '../read-ports'
import type { Readiness } from '../readiness'

interface Deps {
  readonly reads: AdminReads
  readonly status: (token: string) => Promise<ClearingStatus>
  readonly readiness: Readiness
}

/** What an admin may look at. Lists are newest first. Throws DomainError invalid_request for a broken cursor. */
export interface AdminLooks {
  operations(query: AdminOperationsQuery): Promise<AdminOperationList>
  /** Throws operation_not_found. */
  operation(id: string): Promise<AdminOperationDetail>
  payments(query: AdminPaymentsQuery): Promise<AdminPaymentList>
  refunds(query: AdminRefundsQuery): Promise<AdminRefundList>
  revenue(query: RevenueQuery): Promise<RevenueDto>
  audit(query: AdminAuditQuery): Promise<AuditDto>
  health(): Promise<AdminHealth>
}

interface Paged { readonly limit: number, readonly cursor?: string }

/** One more row than asked for tells whether there is a next page. */
async function page<Row extends { readonly position: ListPosition }, Item>(query: Paged, find: (after: ListPosition | null, limit: number) => Promise<readonly Row[]>, toItem: (row: Row) => Item): Promise<{ items: Item[], nextCursor: string | null }> {
  const rows = await find(query.cursor ? readCursor(query.cursor) : null, query.limit + 1)
  const shown = rows.slice(0, query.limit)
  const last = shown.at(-1)
  return { items: shown.map(toItem), nextCursor: rows.length > query.limit && last ? writeCursor(last.position) : null }
}

function toOperationDto(row: AdminOperationRow): AdminOperationDto {
  const { position, createdAt, deadlineAt, finishedAt, total, credited, ...rest } = row
  return { ...rest, total: toCoinDto(total), credited: toCoinDto({ denom: total.denom, amount: credited }), createdAt: toInstant(createdAt), deadlineAt: toInstantOrNull(deadlineAt), finishedAt: toInstantOrNull(finishedAt) }
}

async function health({ reads, readiness }: Deps): Promise<AdminHealth> {
  const [{ chains, relayer, wallets }, queue, pauses, reconciliations, unconfirmed, findings] = await Promise.all([readiness(), reads.queue(), reads.pauses(), reads.newestReconciliations(), reads.unconfirmedBlocks(), reads.openFindings()])
  return {
    chains: chains.map(chain => ({ ...chain, endpoints: [...chain.endpoints] })),
    relayer: relayer && { ...relayer, problems: [...relayer.problems] },
    wallets: [...wallets], queue,
    pauses: pauses.map(pause => ({ ...pause, pausedAt: toInstant(pause.pausedAt) })),
    reconciliations: reconciliations.map(run => ({ ...run, finishedAt: toInstant(run.finishedAt) })),
    unconfirmed: unconfirmed.map(block => ({ ...block, height: block.height.toString(), blockTime: toInstant(block.blockTime) })),
    findings: findings.map(({ chainId, invariant, subject, sentence, firstSeenAt }) => ({ chainId, invariant, subject, sentence, firstSeenAt: toInstant(firstSeenAt) })),
  }
}

async function refunds({ reads }: Deps, query: AdminRefundsQuery): Promise<AdminRefundList> {
  const [list, waits, strangers] = await Promise.all([
    page(query, (after, limit) => reads.refunds(query.state ?? null, after, limit), ({ position, coin, nextTryAt, plannedAt, confirmedAt, ...row }) => (
      { ...row, coin: toCoinDto(coin), nextTryAt: toInstantOrNull(nextTryAt), plannedAt: toInstant(plannedAt), confirmedAt: toInstantOrNull(confirmedAt) })),
    reads.payoutWaits(),
    reads.strangers(),
  ])
  return { ...list, waits: [...waits], strangers: strangers.map(row => ({ ...row, height: row.height.toString(), coins: row.coins.map(toCoinDto) })) }
}

export function makeAdminLooks(deps: Deps): AdminLooks {
  const { reads } = deps
  return {
    operations: ({ status, paymentIssue, refundStatus, chainId, text, ...query }) =>
      page(query, (after, limit) => reads.operations({ status, paymentIssue, refundStatus, text, ...chainId && { paymentChainId: chainId } }, after, limit), toOperationDto),
    operation: async (id) => {
      const found = await reads.operation(id)
      if (!found) throw new DomainError('operation_not_found', 'There is no such operation.')
      return { operation: toOperationDto(found.row), status: await deps.status(found.row.token), events: found.events.map(event => ({ ...toEventDto(event), actor: event.actor, cause: event.cause })) }
    },
    payments: query => page(query, (after, limit) => reads.payments(query.state ?? null, after, limit), ({ position, coin, height, blockTime, ...row }) => (
      { ...row, coin: toCoinDto(coin), height: height.toString(), blockTime: toInstant(blockTime) })),
    refunds: query => refunds(deps, query),
    revenue: async ({ from, until }) => {
      const rows = await reads.revenue(from ? new Date(from) : null, until ? new Date(until) : null)
      return { items: rows.map(({ day, chainId, denom, fees, refundsPaid, gas }) => ({ day, chainId, denom, fees: fees.toString(), refundsPaid: refundsPaid.toString(), gas: gas.toString(), margin: (fees - gas).toString() })) }
    },
    audit: async ({ limit, cursor }) => {
      const rows = await reads.audit(cursor ? readIdCursor(cursor) : null, limit + 1)
      const shown = rows.slice(0, limit)
      return { items: shown.map(({ id, createdAt, detail, ...row }) => ({ ...row, detail: { ...detail }, id: id.toString(), at: toInstant(createdAt) })), nextCursor: rows.length > limit ? shown.at(-1)?.id.toString() ?? null : null }
    },
    health: () => health(deps),
  }
}
