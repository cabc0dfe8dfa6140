import type { SessionDto } from '../../../shared/schemas/auth'
import type { Session } from '../auth-ports'

/** Addresses whose wallet is an admin's. */
export type AdminList = readonly string[]

export function toSessionDto(session: Session, admins: AdminList): SessionDto {
  return { address: session.address, chainId: session.chainId, admin: admins.includes(session.address), expiresAt: session.expiresAt.toISOString() }
}
