import type { PacketDto } from '#shared/schemas/packets'
import type { DiagnosisText } from '#shared/utils/diagnosis-texts'
import { shortAddress } from '#shared/utils/short-text'
import { diagnosisWords } from '~/services/packet-words'

/** Says what is the matter with a packet, in the language of the page. */
export function useDiagnosis(): (packet: PacketDto) => DiagnosisText {
  const { t, f } = useWords()
  const { chainName } = useChains()
  const coin = useCoinText()
  return packet => diagnosisWords(packet, t.value, { chainName, coin, address: shortAddress, duration: f.value.duration })
}
