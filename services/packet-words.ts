import type { PacketDto } from '#shared/schemas/packets'
import type { Words } from '~/locales/en'
import { composeDiagnosis, type DiagnosisFormats } from '#shared/utils/compose-diagnosis'
import type { DiagnosisText } from '#shared/utils/diagnosis-texts'
import type { Label } from './status-words'
import { outcomeLabel, packetStateLabel } from './status-words'

/** The label of a packet: how it ended, else where it is; without a word of money where none is known to be in it. */
export function packetLabel({ state, outcome, transfer }: Pick<PacketDto, 'state' | 'outcome' | 'transfer'>, t: Words): Label {
  const label = outcome ? outcomeLabel(outcome, t) : packetStateLabel(state, t)
  const neutral = transfer ? undefined : t.packet.withoutMoney[outcome ?? state]
  return neutral === undefined ? label : { ...label, text: neutral }
}

/** What is the matter with a packet, and what to do next, in the reader's language. */
export function diagnosisWords(packet: PacketDto, t: Words, formats: DiagnosisFormats): DiagnosisText {
  return composeDiagnosis(packet, t.packet.diagnosis, formats)
}

/** Whether a person may pay for it: only where the diagnosis says that paying helps. */
export function canBePaidFor(packet: Pick<PacketDto, 'diagnosis'>): boolean {
  return packet.diagnosis.payingHelps === 'yes'
}

/** Why it cannot be selected, in one sentence. */
export function notPayableReason(packet: Pick<PacketDto, 'diagnosis'>, t: Words): string {
  return t.packet.notPayable[packet.diagnosis.payingHelps]
}
