import type { AdminAct, AdminAction } from '../../../shared/schemas/admin'
import { DomainError } from '../../domain/errors'
import type { AdminReads } from '../admin-ports'
import type { ChainDirectory, ChainReader, Clock } from '../ports'
import type { ConsentEvidence } from '../signed-consent'
import type { AuditEntry, Cause, Store, StoreTransaction } from '../store-ports'

export interface AdminDeps {
  readonly store: Store
  readonly reads: AdminReads
  readonly directory: ChainDirectory
  readonly reader: Pick<ChainReader, 'block' | 'tip'>
  readonly clock: Clock
  readonly clearingDeadlineMs: number
  /** Denoms other than the quoted one that are sent back. */
  readonly refundableDenoms: (chainId: string) => ReadonlySet<string>
}

/** The admin who acts, and the signature under it where one was needed. */
export interface ActingAdmin {
  readonly address: string
  readonly evidence: ConsentEvidence | null
  /** What the signed text says that would be done; null where no signature was needed. */
  readonly signedStatement: string | null
}

export type ActOf<Action extends AdminAction> = Extract<AdminAct, { action: Action }>

export interface ActKind<Action extends AdminAction> {
  /** Moves or releases money: a session is not enough. */
  readonly needsConsent: boolean | ((act: ActOf<Action>) => boolean)
  /** What it would do, in words, with the amounts as they are now. Throws the DomainErrors of doing it where it cannot be done. */
  readonly describe: (deps: AdminDeps, act: ActOf<Action>) => Promise<string>
  /**
   * Does it in one transaction, which compares what was signed with the rows that it has locked (requireSigned). Returns
   * what was done, in words. Throws DomainError not_in_this_state and the like.
   */
  readonly perform: (deps: AdminDeps, act: ActOf<Action>, admin: ActingAdmin) => Promise<string>
}

/** Throws not_in_this_state where the locked rows make another act of it than the one that was signed. */
export function requireSigned(admin: ActingAdmin, statement: string): void {
  if (admin.signedStatement !== null && admin.signedStatement !== statement) throw notInThisState(`This is not what was signed any more. It would now: ${statement}.`)
}

export const causeOf = (act: AdminAct, admin: ActingAdmin): Cause => ({ actor: 'admin', cause: `${admin.address}: ${act.reason}` })

/** One line of the audit trail for the act; the signature goes along. */
export async function auditAct(tx: StoreTransaction, act: AdminAct, admin: ActingAdmin, subject: Pick<AuditEntry, 'subjectType' | 'subjectId'> & { readonly detail?: AuditEntry['detail'] }, now: Date): Promise<void> {
  await tx.audit({
    actor: 'admin', actorAddress: admin.address, action: act.action, subjectType: subject.subjectType, subjectId: subject.subjectId, reason: act.reason,
    detail: { ...subject.detail, ...admin.evidence ? { signedText: admin.evidence.signedText, signature: admin.evidence.signature, pubKey: admin.evidence.pubKey } : {} },
  }, now)
}

export function notInThisState(message: string): DomainError {
  return new DomainError('not_in_this_state', message)
}
