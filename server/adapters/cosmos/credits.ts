import { parseCoins } from '../../../shared/utils/coin'
import type { CreditedCoin } from '../../domain/packet/facts'
import type { ChainEvent } from '../../domain/payment/inbound'

/** Coins that the bank says it credited in one message of a tx (`coin_received`; only the bank module can emit that name). */
export function creditsOf(events: readonly ChainEvent[], msgIndex: number | null): CreditedCoin[] {
  return events.filter(event => event.type === 'coin_received').flatMap((event) => {
    const attributes = new Map(event.attributes.map(({ key, value }) => [key, value]))
    const place = attributes.get('msg_index')
    const address = attributes.get('receiver')
    // Before SDK 0.50 events name no message.
    const ofThisMessage = place === undefined || msgIndex === null || place === String(msgIndex)
    if (!ofThisMessage || !address) return []
    return (parseCoins(attributes.get('amount') ?? '') ?? []).map(coin => ({ address, coin }))
  })
}
