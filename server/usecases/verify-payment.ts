import type { PaymentVerificationDto } from '../../shared/schemas/clearing'
import { readMemo } from '../../shared/utils/memo-code'
import { DomainError } from '../domain/errors'
import type { ChainReader, Logger } from './ports'
import type { ClearingReads } from './read-ports'
import type { Store } from './store-ports'

/** Wakes the scanner and says what is known; it never credits. Throws DomainError('token_not_found'). */
export type VerifyPayment = (input: { readonly token: string, readonly txHash: string }) => Promise<PaymentVerificationDto>

interface Deps {
  readonly store: Store
  readonly reads: ClearingReads
  readonly reader: ChainReader
  readonly logger: Logger
}

type TxPayment = Awaited<ReturnType<ClearingReads['paymentsOfTx']>>[number]

interface Named { readonly token: string, readonly memoCode: string }

function names(payment: TxPayment, { token, memoCode }: Named): boolean {
  if (payment.token !== null) return payment.token === token
  const reading = readMemo(payment.memo)
  return (reading.kind === 'memo_code' && reading.memoCode === memoCode) || (reading.kind === 'token' && reading.token === token)
}

function answerOfRow(payment: TxPayment): PaymentVerificationDto {
  switch (payment.state) {
    case 'credited':
      return { verified: true, state: 'credited', reason: 'The payment is in a block and counts towards this clearing.' }
    case 'seen':
      return { verified: false, state: 'seen', reason: 'The payment is in a block and waits to be confirmed.' }
    case 'refund_owed':
      return { verified: false, state: 'refund_owed', reason: `The payment goes back to its sender${payment.reason ? ` (${payment.reason.replaceAll('_', ' ')})` : ''}.` }
    case 'unallocated':
      return { verified: false, state: 'unallocated', reason: payment.reason ?? 'The money arrived, but does not fit this clearing; a person will look at it.' }
    case 'owner_capital':
      return { verified: false, state: 'unallocated', reason: 'The money came from the operator of this service and pays for no clearing.' }
    default:
      return payment.state satisfies never
  }
}

/** Of several rows of one tx the one that says most; rows that name another token or none are money without this clearing. */
function answerOfRows(payments: readonly TxPayment[], named: Named): PaymentVerificationDto | undefined {
  const ours = payments.filter(payment => names(payment, named))
  const order = ['credited', 'seen', 'refund_owed', 'unallocated', 'owner_capital'] as const
  const best = order.map(state => ours.find(payment => payment.state === state)).find(payment => payment !== undefined)
  if (best) return answerOfRow(best)
  return payments.length > 0 ? { verified: false, state: 'unallocated', reason: 'The transaction paid us, but its memo does not name this clearing.' } : undefined
}

const notFoundYet: PaymentVerificationDto = { verified: false, state: 'not_found_yet', reason: 'No block that we have read holds this transaction yet. The check goes on by itself.' }

export function makeVerifyPayment({ store, reads, reader, logger }: Deps): VerifyPayment {
  async function answerOfChain(chainId: string, txHash: string): Promise<PaymentVerificationDto> {
    try {
      const result = await reader.txResult(chainId, txHash)
      if (!result) return notFoundYet
      if (result.code !== 0) return { verified: false, state: 'failed_on_chain', reason: `The transaction is in block ${result.height}, but failed with code ${result.code}: it moved no money.` }
      return { ...notFoundYet, reason: `The transaction is in block ${result.height}. Whether it pays this clearing is decided as soon as that block was read and confirmed.` }
    }
    catch (error) {
      // The scanner goes on without this answer; "not found yet" stays true.
      logger.warn({ error, chainId }, 'tx lookup for verify-payment gave no answer')
      return notFoundYet
    }
  }

  return async ({ token, txHash }) => {
    const named = await reads.tokenNames(token)
    if (!named) throw new DomainError('token_not_found', 'There is no clearing with this token.', { nextStep: 'Check that the link is complete.' })
    const chainId = named.paymentChainId
    const known = answerOfRows(await reads.paymentsOfTx(chainId, txHash), { token, memoCode: named.memoCode })
    if (known && known.state !== 'seen') return known
    await store.transaction(tx => tx.enqueue({ name: 'scan_chain', chainId }))
    return known ?? answerOfChain(chainId, txHash)
  }
}
