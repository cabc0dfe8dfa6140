import type { SentPacket, Tip } from './facts'

const nanosecondsPerMillisecond = 1_000_000n

/** Revision number of a chain id: the digits after the last dash, 0 without (ibc-go ParseChainID). */
export function revisionOf(chainId: string): bigint {
  const match = /^.+-([1-9]\d{0,17})$/.exec(chainId)
  return match ? BigInt(match[1]!) : 0n
}

/** Whether the destination, at this tip, refuses to receive the packet (ibc-go: height or time reached). */
export function timeoutPassed(sent: Pick<SentPacket, 'timeoutHeight' | 'timeoutTimestampNs'>, destinationTip: Tip, destinationChainId: string): boolean {
  const { timeoutHeight, timeoutTimestampNs } = sent
  if (timeoutTimestampNs !== null && BigInt(destinationTip.time.getTime()) * nanosecondsPerMillisecond >= timeoutTimestampNs) return true
  if (timeoutHeight === null) return false
  const revision = revisionOf(destinationChainId)
  return revision > timeoutHeight.revisionNumber || (revision === timeoutHeight.revisionNumber && destinationTip.height >= timeoutHeight.revisionHeight)
}

/** Blocks of the destination until the packet's timeout height; null without one in its present revision. */
export function blocksUntilTimeout({ timeoutHeight }: Pick<SentPacket, 'timeoutHeight'>, destinationTip: Tip, destinationChainId: string): bigint | null {
  return timeoutHeight?.revisionNumber === revisionOf(destinationChainId) ? timeoutHeight.revisionHeight - destinationTip.height : null
}

/** The timeout as a time; null without one, or beyond what a date can hold. */
export function timeoutDate(sent: Pick<SentPacket, 'timeoutTimestampNs'>): Date | null {
  if (sent.timeoutTimestampNs === null) return null
  const date = new Date(Number(sent.timeoutTimestampNs / nanosecondsPerMillisecond))
  return Number.isNaN(date.getTime()) ? null : date
}
