/** A refusal with the ABCI code that a real chain gives. */
export class AbciError extends Error {
  constructor(readonly codespace: string, readonly code: number, message: string) {
    super(message)
  }
}

const sdk = (code: number, text: string) => (detail: string): AbciError => new AbciError('sdk', code, `${detail}: ${text}`)

// Source: cosmos-sdk types/errors/errors.go.
export const decodeFailed = sdk(2, 'tx parse error')
export const unauthorized = sdk(4, 'unauthorized')
export const insufficientFunds = sdk(5, 'insufficient funds')
export const unknownRequest = sdk(6, 'unknown request')
export const invalidAddress = sdk(7, 'invalid address')
export const unknownAddress = sdk(9, 'unknown address')
export const invalidCoins = sdk(10, 'invalid coins')
export const outOfGas = sdk(11, 'out of gas')
export const memoTooLarge = sdk(12, 'memo too large')
export const insufficientFee = sdk(13, 'insufficient fee')
export const noSignatures = sdk(15, 'no signatures supplied')
export const invalidRequest = sdk(18, 'invalid request')
export const keyNotFound = sdk(22, 'key not found')
export const invalidType = sdk(29, 'invalid type')
export const timeoutHeightPassed = sdk(30, 'tx timeout height')
export const wrongSequence = sdk(32, 'incorrect account sequence')

const channel = (code: number, text: string) => (detail?: string): AbciError => new AbciError('channel', code, detail ? `${detail}: ${text}` : text)

// Source: ibc-go modules/core/04-channel/types/errors.go.
export const channelNotFound = channel(3, 'channel not found')
export const invalidChannelState = channel(5, 'invalid channel state')
export const invalidPacket = channel(13, 'invalid packet')
export const sequenceOutOfOrder = channel(21, 'packet sequence is out of order')
export const redundantTransaction = channel(22, 'packet messages are redundant')
export const timeoutNotReached = channel(39, 'timeout not reached')
export const timeoutElapsed = channel(40, 'timeout elapsed')

const authz = (code: number, text: string) => (detail: string): AbciError => new AbciError('authz', code, detail ? `${detail}: ${text}` : text)

// Source: cosmos-sdk x/authz/errors.go.
export const authorizationNotFound = authz(2, 'authorization not found')
export const invalidExpirationTime = authz(3, 'expiration time of authorization should be more than current time')
export const authorizationExpired = authz(6, 'authorization expired')
export const granteeIsGranter = authz(7, 'grantee and granter should be different')

export function clientError(code: number, message: string): AbciError {
  return new AbciError('client', code, message)
}

export function transferError(code: number, message: string): AbciError {
  return new AbciError('transfer', code, message)
}
