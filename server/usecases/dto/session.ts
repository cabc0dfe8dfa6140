import type { SessionDto } from '../../../shared/schemas/auth'
import type { Session } from '../auth-ports'

/** Addresses whose wallet is an admin's. */
export type AdminList = ReadonlySet<string>

export function toSessionDto(session: Session, admins: AdminList): SessionDto {
  return { address: session.address, chainId: session.chainId, admin: admins.has(session.address), expiresAt: session.expiresAt.toISOString() }
}
