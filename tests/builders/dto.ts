import type { ChainDto } from '#shared/schemas/chains'
import type { ClearingStatus, ClearingToken, OperationEventDto, OperationSummaryDto, QuoteDto, RefundDto } from '#shared/schemas/clearing'
import type { PacketIdDto, ProblemDto } from '#shared/schemas/common'
import type { PacketDto } from '#shared/schemas/packets'
import type { UserStatistics } from '#shared/schemas/statistics'
import type { OperationEventType } from '#shared/types/clearing'
import type { ErrorCode } from '#shared/types/error-codes'

// Answers of the API as a browser gets them. Addresses have valid checksums.
export const aliceOnHub = 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl'
export const bobOnOsmosis = 'osmo1zuvk68xw4y9swp06796rx8zarjvvkrt68pqkad'
export const serviceOnHub = 'cosmos1qyqszqgpqyqszqgpqyqszqgpqyqszqgpjnp7du'
export const aToken = '3f2b8c1e-5a4d-4e6f-8a9b-0c1d2e3f4a5b'
export const aHash = 'A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8F90'

export function aChain(over: Partial<ChainDto> = {}): ChainDto {
  return {
    chainId: 'hub-1', chainName: 'hub', prettyName: 'Hub', bech32Prefix: 'cosmos', slip44: 118, feeDenom: 'uatom', feeSymbol: 'ATOM', feeExponent: 6,
    assets: [{ denom: 'uatom', symbol: 'ATOM', exponent: 6 }],
    explorers: [{ name: 'mintscan', txPage: 'https://www.mintscan.io/cosmos/tx/${txHash}', accountPage: 'https://www.mintscan.io/cosmos/account/${accountAddress}' }],
    paymentAddress: serviceOnHub,
    channels: [{ portId: 'transfer', channelId: 'channel-0', counterparty: { chainId: 'osmo-1', portId: 'transfer', channelId: 'channel-7' } }],
    endpoints: [{ endpoint: '127.0.0.1:26657', status: 'ok', height: '1200', checkedAt: '2026-11-24T02:00:00Z' }],
    sandbox: false,
    ...over,
  }
}

export function twoChains(over: Partial<ChainDto> = {}): ChainDto[] {
  return [
    aChain(over),
    aChain({
      chainId: 'osmo-1', chainName: 'osmo', prettyName: 'Osmo', bech32Prefix: 'osmo', feeDenom: 'uosmo', feeSymbol: 'OSMO',
      assets: [{ denom: 'uosmo', symbol: 'OSMO', exponent: 6 }],
      explorers: [{ name: 'mintscan', txPage: 'https://www.mintscan.io/osmosis/tx/${txHash}', accountPage: null }],
      channels: [{ portId: 'transfer', channelId: 'channel-7', counterparty: { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' } }],
      paymentAddress: null,
      ...over,
    }),
  ]
}

export function aPacketId(sequence = '42'): PacketIdDto {
  return { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0', sequence }
}

export function aPacket(over: Partial<PacketDto> = {}): PacketDto {
  return {
    id: aPacketId(),
    destination: { chainId: 'osmo-1', portId: 'transfer', channelId: 'channel-7' },
    state: 'stuck_undelivered', outcome: null, need: 'deliver',
    transfer: { sender: aliceOnHub, receiver: bobOnOsmosis, coin: { denom: 'uatom', amount: '12500000' }, memo: '' },
    sentAt: '2026-11-23T23:00:00Z', timeoutAt: '2026-11-25T02:00:00Z', timeoutHeight: null,
    legs: [{ leg: 'send', chainId: 'hub-1', height: '1001', time: '2026-11-23T23:00:00Z', txHash: aHash, signer: aliceOnHub }],
    refund: null,
    diagnosis: {
      code: 'undelivered', reason: 'undelivered', params: {}, sentence: 'Your 12.5 ATOM left Hub 3 hours ago and no relayer has delivered it. Clearing it will.', payingHelps: 'yes', nextStep: 'See the price and have it cleared.',
      evidence: [{ query: 'packet_commitment', chainId: 'hub-1', height: '1200', endpointCount: 2, answer: 'present' }],
    },
    unanswered: [], asOf: '2026-11-24T02:00:00Z',
    ...over,
  }
}

export function aCompletedPacket(over: Partial<PacketDto> = {}): PacketDto {
  return aPacket({
    id: aPacketId('41'), state: 'completed', outcome: 'delivered', need: 'nothing',
    diagnosis: { code: 'completed', reason: 'completed_delivered', params: {}, sentence: 'Your money has already arrived. Nothing to pay.', evidence: [], payingHelps: 'not_needed', nextStep: '' },
    ...over,
  })
}

export function aQuote(over: Partial<QuoteDto> = {}): QuoteDto {
  return {
    paymentChainId: 'hub-1',
    packets: [{ id: aPacketId(), need: 'deliver', share: { denom: 'uatom', amount: '1104500' } }],
    feeLines: [
      { kind: 'service', coin: { denom: 'uatom', amount: '1000000' }, detail: 'Fixed fee per clearing' },
      { kind: 'packets', coin: { denom: 'uatom', amount: '100000' }, detail: '1 packet × 100000uatom', each: { count: 1, coin: { denom: 'uatom', amount: '100000' } } },
      {
        kind: 'gas', coin: { denom: 'uatom', amount: '4500' }, detail: 'Gas on Osmo: 1 client update, 1 delivery, 450000 gas at 0.05uosmo (22500uosmo, converted at the operator\'s rate)',
        gas: { chainId: 'osmo-1', updateClient: 1, receive: 1, acknowledge: 0, timeout: 0, gas: '450000', cost: { denom: 'uosmo', amount: '22500' } },
      },
    ],
    total: { denom: 'uatom', amount: '1104500' },
    ...over,
  }
}

/** A token that expires `openSeconds` from now. */
export function aClearingToken(over: Partial<ClearingToken> = {}, openSeconds = 300): ClearingToken {
  const now = Date.now()
  const at = (seconds: number) => new Date(now + seconds * 1000).toISOString()
  return {
    ...aQuote(), token: aToken, memoCode: 'RLY-23456789AB7C', walletAddress: aliceOnHub, paymentAddress: serviceOnHub,
    issuedAt: at(0), expiresAt: at(openSeconds), graceUntil: at(openSeconds + 600), signature: 'c2lnbmF0dXJl', ...over,
  }
}

export function anEvent(id: string, type: OperationEventType, detail: OperationEventDto['detail'] = {}): OperationEventDto {
  return { id, type, at: '2026-11-24T02:00:00Z', detail }
}

export function aStatus(over: Partial<ClearingStatus> = {}): ClearingStatus {
  const { signature: _signature, packets, ...token } = aClearingToken()
  return {
    ...token, status: 'awaiting_payment', paymentIssue: 'none', refundStatus: 'none', credited: { denom: 'uatom', amount: '0' }, payments: [],
    packets: packets.map(packet => ({ ...packet, result: null, relayedBy: null, legs: [], evidence: [], attempts: 0, note: null })),
    refunds: [], events: [anEvent('1', 'token_issued')], next: { code: 'pay', refund: null, sentence: 'Pay 1.1045 ATOM with the memo RLY-23456789AB7C.', by: null }, creditedAt: null, finishedAt: null,
    ...over,
  }
}

export function aClearedStatus(over: Partial<ClearingStatus> = {}): ClearingStatus {
  const before = aStatus()
  return {
    ...before, status: 'cleared', credited: before.total, creditedAt: '2026-11-24T02:00:00Z', finishedAt: '2026-11-24T02:00:06Z',
    payments: [{ txHash: aHash, height: '1203', blockTime: '2026-11-24T02:00:00Z', fromAddress: aliceOnHub, coin: before.total, state: 'credited', creditedAmount: before.total.amount, endpointCount: 2, reason: null }],
    packets: before.packets.map(packet => ({
      ...packet, result: 'delivered' as const, relayedBy: 'us' as const, attempts: 1,
      legs: [
        { leg: 'receive' as const, chainId: 'osmo-1', height: '901', time: '2026-11-24T02:00:03Z', txHash: aHash.replace(/^A/, 'B'), signer: bobOnOsmosis },
        { leg: 'acknowledge' as const, chainId: 'hub-1', height: '1206', time: '2026-11-24T02:00:06Z', txHash: aHash.replace(/^A/, 'C'), signer: aliceOnHub },
      ],
      evidence: [{ query: 'packet_commitment', chainId: 'hub-1', height: '1206', endpointCount: 2, answer: 'absent' }],
    })),
    events: [anEvent('1', 'token_issued'), anEvent('2', 'payment_seen'), anEvent('3', 'payment_credited'), anEvent('4', 'queued'), anEvent('5', 'run_started'), anEvent('6', 'packet_received'), anEvent('7', 'packet_finished'), anEvent('8', 'settled')],
    next: { code: 'cleared', refund: null, sentence: 'Done: every packet was cleared, and the proof is below.', by: null },
    ...over,
  }
}

export function anOperationSummary(over: Partial<OperationSummaryDto> = {}): OperationSummaryDto {
  const status = aClearedStatus()
  return {
    token: status.token, memoCode: status.memoCode, status: 'cleared', paymentIssue: 'none', refundStatus: 'none', paymentChainId: 'hub-1', total: status.total, credited: status.credited,
    refunded: { denom: 'uatom', amount: '0' }, packets: [{ id: aPacketId(), result: 'delivered' }], refunds: [], issuedAt: '2026-11-24T01:59:00Z', finishedAt: '2026-11-24T02:00:06Z', ...over,
  }
}

export function aRefundDto(over: Partial<RefundDto> = {}): RefundDto {
  return {
    id: '0190f3d0-0000-7000-8000-000000000000', coin: { denom: 'uatom', amount: '50000' }, payer: aliceOnHub, destination: aliceOnHub, reason: 'overpaid', state: 'planned', holdReason: null, nextTryAt: null,
    networkFeeDeducted: true, networkFee: null, txHash: null, plannedAt: '2026-11-24T02:00:00Z', confirmedAt: null, ...over,
  }
}

export function someStatistics(over: Partial<UserStatistics> = {}): UserStatistics {
  return {
    operations: 3, packetsByResult: [{ result: 'delivered', packets: 4 }], spent: [{ chainId: 'hub-1', denom: 'uatom', amount: '3300000' }], refunded: [],
    timeToClear: { medianSeconds: 6, sampleSize: 3 }, byMonth: [{ month: '2026-10', operations: 1 }, { month: '2026-11', operations: 2 }], ...over,
  }
}

export function aProblem(code: ErrorCode, over: Partial<ProblemDto> = {}): ProblemDto {
  return { type: 'about:blank', title: code, status: 422, code, detail: `detail of ${code}`, requestId: 'req-1', ...over }
}
