import type { AdminAct, AdminAction, AdminDone } from '../../../shared/schemas/admin'
import type { ChallengeDto } from '../../../shared/schemas/auth'
import { DomainError } from '../../domain/errors'
import type { SigningParty } from '../signed-text'
import type { Consent, SignedConsents } from '../signed-consent'
import type { ActKind, AdminDeps } from './acts'
import { refundOperation, resolveOperation, retryOperation } from './operations'
import { endPause, skipGap, startPause } from './oversight'
import { allocatePayment, returnPayment } from './payments'
import { acceptOutgoing, approveRefund, markRefundSent } from './refunds'

const kinds: { readonly [Action in AdminAction]: ActKind<Action> } = {
  'operation.retry': retryOperation,
  'operation.refund': refundOperation,
  'operation.resolve': resolveOperation,
  'payment.allocate': allocatePayment,
  'payment.refund': returnPayment,
  'refund.approve': approveRefund,
  'refund.mark_sent': markRefundSent,
  'outgoing.accept': acceptOutgoing,
  'scan.skip_gap': skipGap,
  'pause.start': startPause,
  'pause.end': endPause,
}

// Each act comes with the kind of its own action; TypeScript cannot follow that through the record.
const kindOf = (act: AdminAct) => kinds[act.action] as ActKind<AdminAction>

/** Everything that is decided, in one order, with what it would do now in words: what a signature covers. */
function subjectOf(act: AdminAct, statement: string): string {
  return JSON.stringify([statement, ...Object.entries(act).sort(([a], [b]) => a < b ? -1 : 1)])
}

export interface AdminActs {
  /** The text that names this act, for the admin's wallet to sign. Throws the DomainErrors of doing it where it cannot be done. */
  challenge(act: AdminAct, admin: SigningParty): Promise<ChallengeDto>
  /** Does it, with reason, audit line and events in one transaction. Throws fresh_signature_needed, challenge_not_found, signature_invalid, not_in_this_state … */
  perform(act: AdminAct, address: string, consent: Consent | undefined): Promise<AdminDone>
}

export function makeAdminActs(deps: AdminDeps, consents: SignedConsents): AdminActs {
  return {
    challenge: async (act, admin) => {
      const statement = await kindOf(act).describe(deps, act)
      return consents.ask(admin, { purpose: 'admin_action', subject: subjectOf(act, statement), statement: `${statement}.\nReason: ${act.reason}` })
    },
    perform: async (act, address, consent) => {
      const { needsConsent, describe, perform } = kindOf(act)
      const needed = typeof needsConsent === 'function' ? needsConsent(act) : needsConsent
      if (needed && !consent) throw new DomainError('fresh_signature_needed', 'This moves or releases money: an admin\'s wallet must sign a text that names it.')
      if (!needed || !consent) return { sentence: await perform(deps, act, { address, evidence: null, signedStatement: null }) }
      // Amounts and addresses may have changed since the text was signed: then it names something else.
      const signedStatement = await describe(deps, act)
      const evidence = await consents.take(consent, { purpose: 'admin_action', subject: subjectOf(act, signedStatement), address })
      return { sentence: await perform(deps, act, { address, evidence, signedStatement }) }
    },
  }
}
