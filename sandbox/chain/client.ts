import { Header } from 'cosmjs-types/ibc/lightclients/tendermint/v1/tendermint'
import type { MsgUpdateClient } from 'cosmjs-types/ibc/core/client/v1/tx'
import type { ExecutionContext, ProvenChain } from './context'
import { revisionOf } from './context'
import { clientError } from './errors'
import { event } from './events'
import type { StateReader, StateWriter } from './state'

/** A 07-tendermint client: which chain it follows, how far, and until when it may be trusted. */
export interface LightClient {
  readonly chainId: string
  readonly latestHeight: number
  readonly trustingPeriodSeconds: number
  readonly frozen: boolean
}

export interface ConsensusRecord {
  readonly timestampNs: string
  /** Hex. */
  readonly root: string
  readonly nextValidatorsHash: string
}

interface ConnectionEnd {
  readonly clientId: string
  readonly counterpartyClientId: string
  readonly counterpartyConnectionId: string
}

export function getClient(state: StateReader, clientId: string): LightClient | undefined {
  const text = state.get(`client|${clientId}`)
  return text === undefined ? undefined : JSON.parse(text) as LightClient
}

export function putClient(state: StateWriter, clientId: string, client: LightClient): void {
  state.set(`client|${clientId}`, JSON.stringify(client))
}

export function getConsensus(state: StateReader, clientId: string, height: number): ConsensusRecord | undefined {
  const text = state.get(`cons|${clientId}|${height}`)
  return text === undefined ? undefined : JSON.parse(text) as ConsensusRecord
}

export function putConsensus(state: StateWriter, clientId: string, height: number, consensus: ConsensusRecord): void {
  state.set(`cons|${clientId}|${height}`, JSON.stringify(consensus))
}

export function getConnection(state: StateReader, connectionId: string): ConnectionEnd | undefined {
  const text = state.get(`conn|${connectionId}`)
  return text === undefined ? undefined : JSON.parse(text) as ConnectionEnd
}

export type ClientStatus = 'Active' | 'Expired' | 'Frozen' | 'Unknown'

/** Expired = the newest consensus state is older than the trusting period, by the clock of the chain that holds the client. */
export function clientStatus(state: StateReader, clientId: string, timeNs: bigint): ClientStatus {
  const client = getClient(state, clientId)
  if (!client) return 'Unknown'
  if (client.frozen) return 'Frozen'
  const consensus = getConsensus(state, clientId, client.latestHeight)
  if (!consensus) return 'Expired'
  const expiresNs = BigInt(consensus.timestampNs) + BigInt(client.trustingPeriodSeconds) * 1_000_000_000n
  return expiresNs > timeNs ? 'Active' : 'Expired'
}

/** Headers are taken as signed: the proof of a sandbox is the other chain itself, looked up by chain id. */
export function updateClient(context: ExecutionContext, message: MsgUpdateClient): void {
  const client = getClient(context.state, message.clientId)
  if (!client) throw clientError(4, `${message.clientId}: light client not found`)
  const status = clientStatus(context.state, message.clientId, context.timeNs)
  if (status !== 'Active') throw clientError(29, `cannot update client (${message.clientId}) with status ${status}: client state is not active`)
  const header = message.clientMessage ? Header.decode(message.clientMessage.value).signedHeader?.header : undefined
  if (!header || header.chainId !== client.chainId) throw clientError(12, 'header does not belong to the client\'s chain: invalid client header')
  const height = Number(header.height)
  const provenTimeNs = context.counterparty(client.chainId)?.headerTimeNs(height)
  if (provenTimeNs === undefined) throw clientError(12, `no header ${height} on ${client.chainId}: invalid client header`)
  putConsensus(context.state, message.clientId, height, {
    timestampNs: provenTimeNs.toString(),
    root: Buffer.from(header.appHash).toString('hex'),
    nextValidatorsHash: Buffer.from(header.nextValidatorsHash).toString('hex'),
  })
  if (height > client.latestHeight) putClient(context.state, message.clientId, { ...client, latestHeight: height })
  const consensusHeight = `${revisionOf(client.chainId)}-${height}`
  context.events.push(event('update_client', {
    client_id: message.clientId,
    client_type: '07-tendermint',
    consensus_height: consensusHeight,
    consensus_heights: consensusHeight,
  }), event('message', { module: 'ibc_client' }))
}

/** State and header time that a proof at `proofHeight` shows: a header at h + 1 commits to the state after block h. */
export function provenState(context: ExecutionContext, connectionId: string, proofHeight: number): { state: StateReader, timeNs: bigint } {
  const connection = getConnection(context.state, connectionId)
  const client = connection ? getClient(context.state, connection.clientId) : undefined
  if (!connection || !client) throw clientError(4, `${connectionId}: light client not found`)
  const status = clientStatus(context.state, connection.clientId, context.timeNs)
  if (status !== 'Active') throw clientError(29, `client (${connection.clientId}) status is ${status}: client state is not active`)
  const consensus = getConsensus(context.state, connection.clientId, proofHeight)
  const proven: ProvenChain | undefined = context.counterparty(client.chainId)
  const state = proven?.stateAt(proofHeight - 1)
  if (!consensus || !state) throw clientError(7, `please ensure the proof was constructed against a height that exists on the client: consensus state not found`)
  return { state, timeNs: BigInt(consensus.timestampNs) }
}
