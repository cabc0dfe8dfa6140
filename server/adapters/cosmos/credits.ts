import { parseCoins } from '../../../shared/utils/coin'
import type { CreditedCoin } from '../../domain/packet/facts'
import type { ChainEvent } from '../../domain/payment/inbound'

/**
 * Coins that the bank says it credited in one message of a tx (`coin_received`; only the bank module can emit that name).
 * Before SDK 0.50 no event names its message: then those of the whole tx.
 */
export function creditsOf(events: readonly ChainEvent[], msgIndex: number | null): CreditedCoin[] {
  const read = events.map(({ type, attributes }) => ({ type, attributes: new Map(attributes.map(({ key, value }) => [key, value])) }))
  const named = msgIndex !== null && read.some(({ attributes }) => attributes.has('msg_index'))
  return read.filter(({ type, attributes }) => type === 'coin_received' && (!named || attributes.get('msg_index') === String(msgIndex))).flatMap(({ attributes }) => {
    const address = attributes.get('receiver')
    return address ? (parseCoins(attributes.get('amount') ?? '') ?? []).map(coin => ({ address, coin })) : []
  })
}
