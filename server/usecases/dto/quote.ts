import type { ClearingToken, FeeLineDto, QuoteDto } from '../../../shared/schemas/clearing'
import type { FeeLine, Quote, SignedToken } from '../../domain/clearing/token'
import { toCoinDto, toInstant, toPacketIdDto } from './wire'

export function toFeeLineDto(line: FeeLine): FeeLineDto {
  return {
    kind: line.kind,
    coin: toCoinDto(line.coin),
    detail: line.detail,
    each: line.each && { count: line.each.count, coin: toCoinDto(line.each.coin) },
    gas: line.gas && { ...line.gas, gas: line.gas.gas.toString(), cost: toCoinDto(line.gas.cost) },
  }
}

export function toQuoteDto(quote: Quote): QuoteDto {
  return {
    paymentChainId: quote.paymentChainId,
    packets: quote.packets.map(packet => ({ id: toPacketIdDto(packet.id), need: packet.need, share: toCoinDto(packet.share) })),
    feeLines: quote.feeLines.map(toFeeLineDto),
    total: toCoinDto(quote.total),
  }
}

export function toTokenDto(token: SignedToken): ClearingToken {
  return {
    ...toQuoteDto(token),
    token: token.token,
    memoCode: token.memoCode,
    walletAddress: token.walletAddress,
    paymentAddress: token.paymentAddress,
    issuedAt: toInstant(token.issuedAt),
    expiresAt: toInstant(token.expiresAt),
    graceUntil: toInstant(token.graceUntil),
    signature: token.signature,
  }
}
