import { fromBase64 } from '@cosmjs/encoding'
import { decodeTxRaw } from '@cosmjs/proto-signing'
import { MsgAcknowledgement, MsgRecvPacket, MsgTimeout } from 'cosmjs-types/ibc/core/channel/v1/tx'
import { expect } from 'vitest'
import type { ClearingStatus } from '../../../shared/schemas/clearing'
import type { LocalChain, Localnet } from './facts'
import { waitUntil } from './wait'
import { rpc, type WitnessTx } from './witness'

type Leg = ClearingStatus['packets'][number]['legs'][number]

const eventOf = { send: 'send_packet', receive: 'recv_packet', write_acknowledgement: 'write_acknowledgement', acknowledge: 'acknowledge_packet', timeout: 'timeout_packet' } as const
const relayMessages = [
  ['/ibc.core.channel.v1.MsgRecvPacket', 'receive', MsgRecvPacket],
  ['/ibc.core.channel.v1.MsgAcknowledgement', 'acknowledge', MsgAcknowledgement],
  ['/ibc.core.channel.v1.MsgTimeout', 'timeout', MsgTimeout],
] as const

/** Who signed the message that carried this packet a step, read from the tx's own bytes. */
function signerOf(tx: string, leg: Leg['leg'], sequence: string): string | undefined {
  for (const { typeUrl, value } of decodeTxRaw(fromBase64(tx)).body.messages) {
    const known = relayMessages.find(([url, name]) => url === typeUrl && name === leg)
    const message = known?.[2].decode(value)
    if (message && String(message.packet.sequence) === sequence) return message.signer
  }
  return undefined
}

async function expectLeg(chain: LocalChain, leg: Leg, sequence: string, relayer: string): Promise<void> {
  const hash = Buffer.from(leg.txHash, 'hex').toString('base64')
  // Asked at the follower: a second node than the one that most of the tests talk to.
  const tx = await waitUntil(`tx ${leg.txHash}`, async () => rpc<WitnessTx & { readonly tx: string }>(chain.rpcs[1] ?? chain.rpc, 'tx', { hash }).catch((error: unknown) => {
    if (String(error).includes('not found')) return undefined
    throw error
  }), { boundMs: 10_000 })
  expect({ hash: tx.hash, height: tx.height, code: tx.tx_result.code }).toEqual({ hash: leg.txHash, height: leg.height, code: 0 })
  const carried = tx.tx_result.events.filter(event => event.type === eventOf[leg.leg] && event.attributes.some(({ key, value }) => key === 'packet_sequence' && value === sequence))
  expect(carried, `${eventOf[leg.leg]} of packet ${sequence} in ${leg.txHash}`).toHaveLength(1)
  if (leg.leg === 'send' || leg.leg === 'write_acknowledgement') return
  expect(signerOf(tx.tx, leg.leg, sequence)).toBe(relayer)
  expect(leg.signer).toBe(relayer)
}

/** Every leg of the packet names a tx that a node confirms; what was relayed was relayed by `by`, one account or one per leg. */
export async function expectProven(net: Localnet, packet: ClearingStatus['packets'][number], legs: Readonly<Partial<Record<Leg['leg'], 'relayer' | 'rival' | null>>>): Promise<void> {
  expect(packet.legs.map(({ leg }) => leg).sort()).toEqual(Object.keys(legs).sort())
  for (const leg of packet.legs) {
    const chain = leg.chainId === net.a.id ? net.a : net.b
    await expectLeg(chain, leg, packet.id.sequence, chain.accounts[legs[leg.leg] ?? 'relayer'])
  }
  expect(packet.evidence.length).toBeGreaterThan(0)
}

/** Legs of a packet that our relayer delivered, and of one that it timed out. */
export const deliveredByUs = { send: null, receive: 'relayer', write_acknowledgement: null, acknowledge: 'relayer' } as const
export const timedOutByUs = { send: null, timeout: 'relayer' } as const

/** Refund rows without what differs from run to run. */
export function refundsOf(status: ClearingStatus) {
  return status.refunds.map(({ coin, reason, state, destination }) => ({ ...coin, reason, state, destination }))
}

export function resultsOf(status: ClearingStatus) {
  return status.packets.map(({ id, result, relayedBy }) => ({ sequence: id.sequence, result, relayedBy }))
}
