import type { ErrorCode, PacketRefusalCode, ProblemReason } from '../../shared/types/error-codes'
import type { PacketId } from '../../shared/utils/packet-id'

export interface PacketRefusal {
  readonly id: PacketId
  readonly code: PacketRefusalCode
  readonly reason: string
}

interface DomainErrorOptions {
  readonly cause?: unknown
  readonly reason?: ProblemReason
  readonly nextStep?: string
  readonly packets?: readonly PacketRefusal[]
  readonly retryAfterSeconds?: number
}

/** An expected refusal: `code` is for programs, `message` for the person who asked. */
export class DomainError extends Error {
  readonly code: ErrorCode
  readonly reason?: ProblemReason
  readonly nextStep?: string
  readonly packets?: readonly PacketRefusal[]
  readonly retryAfterSeconds?: number

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'DomainError'
    this.code = code
    this.reason = options.reason
    this.nextStep = options.nextStep
    this.packets = options.packets
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** Whether a chain could not be asked, as against a bug of ours. */
export function isChainUnavailable(cause: unknown): cause is DomainError {
  return cause instanceof DomainError && cause.code === 'chain_unavailable'
}
