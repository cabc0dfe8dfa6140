export type ChallengePurpose = 'sign_in' | 'admin_action' | 'refund_claim'

/** What a wallet is asked to sign; usable once, for its purpose alone. */
export interface Challenge {
  readonly id: string
  readonly address: string
  readonly chainId: string
  readonly purpose: ChallengePurpose
  /** What it authorises, in canonical form; null for a sign-in. */
  readonly subject: string | null
  /** The exact text to sign. */
  readonly text: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export interface Session {
  readonly id: string
  readonly address: string
  readonly chainId: string
  readonly createdAt: Date
  readonly lastSeenAt: Date
  /** The absolute end; the idle limit is judged by `lastSeenAt`. */
  readonly expiresAt: Date
}

export type TakenChallenge
  = | { readonly state: 'taken', readonly challenge: Challenge }
    | { readonly state: 'expired' }
    | { readonly state: 'unknown' }

export interface AuthStore {
  insertChallenge(challenge: Challenge): Promise<void>
  /** Uses the challenge up: of several callers at once exactly one gets it. `unknown`: no such challenge of this purpose, or used before. */
  takeChallenge(id: string, purpose: ChallengePurpose, now: Date): Promise<TakenChallenge>
  /** Stores the session under the hash of its secret and revokes the one it replaces, in one transaction. */
  insertSession(session: Session, secret: string, replacedSecret: string | null): Promise<void>
  /** null: unknown, revoked or past its absolute end. */
  findSession(secret: string, now: Date): Promise<Session | null>
  touchSession(id: string, now: Date): Promise<void>
  revokeSession(secret: string, now: Date): Promise<void>
}

export interface SignedText {
  readonly text: string
  readonly address: string
  readonly bech32Prefix: string
  /** Compressed secp256k1 public key, base64. */
  readonly pubKey: string
  /** 64 bytes r ‖ s, base64. */
  readonly signature: string
}

export interface SignatureVerifier {
  /** Whether the key is the address's and signed exactly this text (ADR-36, low-S only). Never throws. */
  verify(signed: SignedText): boolean
}
