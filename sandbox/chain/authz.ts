import { GenericAuthorization } from 'cosmjs-types/cosmos/authz/v1beta1/authz'
import type { MsgGrant } from 'cosmjs-types/cosmos/authz/v1beta1/tx'
import { createAccount, getAccount } from './accounts'
import { isAddress } from './addresses'
import type { ExecutionContext } from './context'
import { AbciError, authorizationExpired, authorizationNotFound, granteeIsGranter, invalidAddress, invalidExpirationTime, invalidRequest, invalidType } from './errors'
import { event, withIndex } from './events'
import type { ChainMessage } from './messages'
import type { StateReader } from './state'

const grantKey = (granter: string, grantee: string, typeUrl: string) => `grant|${granter}|${grantee}|${typeUrl}`

/** Whether `grantee` may send messages of this type for `granter`, were it not for their end. */
export function isGranted(state: StateReader, granter: string, grantee: string, typeUrl: string): boolean {
  return state.get(grantKey(granter, grantee, typeUrl)) !== undefined
}

const genericAuthorization = '/cosmos.authz.v1beta1.GenericAuthorization'
const never = 'never'

function expirationOf({ grant }: MsgGrant, timeNs: bigint): string {
  if (!grant.expiration) return never
  const ns = grant.expiration.seconds * 1_000_000_000n + BigInt(grant.expiration.nanos)
  if (ns < timeNs) throw invalidExpirationTime('')
  return ns.toString()
}

/** Keeps a grant; a later one for the same accounts and type replaces it. */
export function saveGrant(context: ExecutionContext, message: MsgGrant, isKnown: (typeUrl: string) => boolean): void {
  const { granter, grantee, grant: { authorization } } = message
  if (granter === grantee) throw granteeIsGranter('')
  if (!isAddress(context.spec.bech32Prefix, grantee)) throw invalidAddress(`invalid grantee address: ${grantee}`)
  if (authorization?.typeUrl !== genericAuthorization) throw invalidRequest(`only a GenericAuthorization can be granted here, not ${authorization?.typeUrl}`)
  const { msg } = GenericAuthorization.decode(authorization.value)
  if (!isKnown(msg)) throw invalidType(`${msg} doesn't exist.`)
  if (!getAccount(context.state, grantee)) createAccount(context.state, grantee)
  context.state.set(grantKey(granter, grantee, msg), expirationOf(message, context.timeNs))
  // A typed event: its values are JSON.
  context.events.push(event('cosmos.authz.v1beta1.EventGrant', { grantee: JSON.stringify(grantee), granter: JSON.stringify(granter), msg_type_url: JSON.stringify(msg) }))
}

function checkGrant(context: ExecutionContext, grantee: string, { signer, typeUrl }: ChainMessage): void {
  if (signer === grantee) return
  const expiration = context.state.get(grantKey(signer, grantee, typeUrl))
  if (expiration === undefined) throw authorizationNotFound(`failed to get grant with given granter: ${signer}, grantee: ${grantee} & msgType: ${typeUrl} `)
  if (expiration !== never && BigInt(expiration) < context.timeNs) throw authorizationExpired('')
}

function refusalInside(cause: unknown, typeUrl: string): unknown {
  return cause instanceof AbciError ? new AbciError(cause.codespace, cause.code, `failed to execute message; message ${typeUrl}: ${cause.message}`) : cause
}

/** Does what others let `grantee` do for them; the events of each message get its index. Returns the encoded responses. */
export function dispatchActions(context: ExecutionContext, grantee: string, messages: readonly ChainMessage[]): Uint8Array[] {
  if (messages.length === 0) throw invalidRequest('messages cannot be empty')
  return messages.map((message, index) => {
    checkGrant(context, grantee, message)
    const inner: ExecutionContext = { ...context, events: [] }
    try {
      const response = message.execute(inner)
      context.events.push(...withIndex(inner.events, 'authz_msg_index', index))
      return response
    }
    catch (cause) {
      throw refusalInside(cause, message.typeUrl)
    }
  })
}
