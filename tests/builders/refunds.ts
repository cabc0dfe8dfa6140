import { randomUUID } from 'node:crypto'
import type { OutgoingTx } from '../../server/domain/refund/judge-outgoing'
import type { Payout, Refund } from '../../server/domain/refund/refund'
import { at } from './tokens'

/** A planned refund of 1000 uatom that we caused. */
export function aRefund(over: Partial<Refund> = {}): Refund {
  return {
    id: randomUUID(), chainId: 'hub-1', paymentId: randomUUID(), operationId: randomUUID(), coin: { denom: 'uatom', amount: 1_000n }, destination: 'cosmos1payer', reason: 'not_cleared',
    state: 'planned', networkFeeDeducted: false, txHash: null, holdReason: null, nextTryAt: null, failures: 0, approved: false, plannedAt: at(0), ...over,
  }
}

/** An open payout of one refund, signed at height 100, timing out at 130. */
export function aPayout(over: Partial<Payout> = {}): Payout {
  return {
    id: randomUUID(), chainId: 'hub-1', address: 'cosmos1service', txHash: 'AB'.repeat(32), txBytes: new Uint8Array([1]), refundIds: [randomUUID()], destination: 'cosmos1payer',
    coin: { denom: 'uatom', amount: 1_000n }, fee: { denom: 'uatom', amount: 10n }, accountSequence: 7n, signedHeight: 100n, timeoutHeight: 130n, broadcasts: 0, lastBroadcastAt: null, state: 'open', ...over,
  }
}

/** A tx of the service wallet that sends 1000 uatom to cosmos1payer for 10 uatom gas. */
export function anOutgoingTx(over: Partial<OutgoingTx> = {}): OutgoingTx {
  return {
    chainId: 'hub-1', address: 'cosmos1service', role: 'service', height: 110n, txIndex: 0, txHash: 'AB'.repeat(32), code: 0, memo: '', sequence: 7n,
    sends: [{ toAddress: 'cosmos1payer', coins: [{ denom: 'uatom', amount: 1_000n }] }], unnamed: [], fee: [{ denom: 'uatom', amount: 10n }], ...over,
  }
}
