import type { PacketDto } from '#shared/schemas/packets'
import { toDisplayAmount } from '#shared/utils/coin'
import type { DiagnosisText } from '#shared/utils/diagnosis-texts'
import { shortDenom } from '#shared/utils/listed-asset'
import { shortAddress } from '#shared/utils/short-text'
import { diagnosisWords } from '~/services/packet-words'

/** Says what is the matter with a packet, in the language of the page. */
export function useDiagnosis(): (packet: PacketDto) => DiagnosisText {
  const { t, f } = useWords()
  const { chainName, assetOf } = useChains()
  function coin({ denom, amount }: { readonly denom: string, readonly amount: string }, chainId: string): string {
    const asset = assetOf(denom, chainId)
    return asset ? `${f.value.decimal(toDisplayAmount(BigInt(amount), asset.exponent))} ${asset.symbol}` : `${amount} ${shortDenom(denom)}`
  }
  return packet => diagnosisWords(packet, t.value, { chainName, coin, address: shortAddress, duration: f.value.duration })
}
