import { randomInt, randomUUID } from 'node:crypto'
import { makeMemoCode, memoCodeSymbols, type MemoCode } from '../../shared/utils/memo-code'
import type { Operation, OperationId } from '../../server/domain/clearing/operation'
import type { SignedToken } from '../../server/domain/clearing/token'

export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000)

export const randomMemoCode = (): MemoCode => makeMemoCode(Array.from({ length: memoCodeSymbols.count }, () => randomInt(memoCodeSymbols.base)))

/** A token for `sequences` of hub-1/transfer/channel-0, 100 uatom a packet, issued at second 0, expiring at 300, grace until 900. */
export function aToken(overrides: Partial<SignedToken> & { readonly sequences?: readonly bigint[] } = {}): SignedToken {
  const { sequences = [1n], ...rest } = overrides
  const total = { denom: 'uatom', amount: 100n * BigInt(sequences.length) }
  return {
    token: randomUUID(), memoCode: randomMemoCode(), walletAddress: 'cosmos1payer', paymentChainId: 'hub-1', paymentAddress: 'cosmos1service',
    packets: sequences.map(sequence => ({
      id: { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0', sequence },
      destination: { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7' },
      need: 'deliver', share: { denom: 'uatom', amount: 100n },
    })),
    feeLines: [{ kind: 'service', coin: total, detail: 'for the test' }], total,
    issuedAt: at(0), expiresAt: at(300), graceUntil: at(900), signature: 'unchecked-here',
    ...rest,
  }
}

/** The operation a token starts with. */
export function anOperation(token: SignedToken, overrides: Partial<Operation> = {}): Operation {
  return {
    id: randomUUID() as string as OperationId, token: token.token, memoCode: token.memoCode, status: 'awaiting_payment', paymentIssue: 'none', refundStatus: 'none',
    walletAddress: token.walletAddress, paymentChainId: token.paymentChainId, total: token.total,
    issuedAt: token.issuedAt, expiresAt: token.expiresAt, graceUntil: token.graceUntil, creditedAt: null, deadlineAt: null, finishedAt: null, attempted: false, credits: [], givenBack: [], consumed: [],
    packets: token.packets.map(packet => ({ id: packet.id, need: packet.need, share: packet.share.amount, result: null, relayedBy: null, refundReason: null })),
    ...overrides,
  }
}

/** Quotas that no test runs into. */
export const noQuotas = { openTokensPerIp: 1_000_000, openTokensPerWallet: 1_000_000 }
