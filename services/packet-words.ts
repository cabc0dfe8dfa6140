import type { PacketDto } from '#shared/schemas/packets'
import type { PacketRefundState } from '#shared/types/packet'
import { composeDiagnosis, type DiagnosisFormats } from '#shared/utils/compose-diagnosis'
import { englishDiagnosis, type DiagnosisText } from '#shared/utils/diagnosis-texts'
import type { Label } from './status-words'
import { outcomeLabels, packetStateLabels } from './status-words'

/** The label of a packet: how it ended, else where it is. */
export function packetLabel(packet: Pick<PacketDto, 'state' | 'outcome'>): Label {
  return packet.outcome ? outcomeLabels[packet.outcome] : packetStateLabels[packet.state]
}

/** What is the matter with a packet, and what to do next, in the reader's language. */
export function diagnosisWords(packet: PacketDto, formats: DiagnosisFormats): DiagnosisText {
  return composeDiagnosis(packet, englishDiagnosis, formats)
}

/** What heads the refund of a packet. */
export const refundHeads: Readonly<Record<PacketRefundState, string>> = {
  predicted: 'What comes back',
  paid: 'What came back, as the events of its transaction show',
  unconfirmed: 'What must have come back; its transaction was not found',
  differs: 'What should have come back; the events of its transaction show something else',
}

/** Whether a person may pay for it: only where the diagnosis says that paying helps. */
export function canBePaidFor(packet: Pick<PacketDto, 'diagnosis'>): boolean {
  return packet.diagnosis.payingHelps === 'yes'
}

/** Why it cannot be selected, in one sentence. */
export function notPayableReason(packet: Pick<PacketDto, 'diagnosis'>): string {
  switch (packet.diagnosis.payingHelps) {
    case 'yes': return ''
    case 'not_needed': return 'Nothing to pay.'
    case 'no': return 'Paying would not help.'
    case 'unknown': return 'We cannot tell whether paying would help, so we do not ask for money.'
  }
}
