import type { PacketDto } from '#shared/schemas/packets'
import type { Label } from './status-words'
import { outcomeLabels, packetStateLabels } from './status-words'

/** The label of a packet: how it ended, else where it is. */
export function packetLabel(packet: Pick<PacketDto, 'state' | 'outcome'>): Label {
  return packet.outcome ? outcomeLabels[packet.outcome] : packetStateLabels[packet.state]
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
