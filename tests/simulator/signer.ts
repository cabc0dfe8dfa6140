import { createHash } from 'node:crypto'
import type { SendOrder, ServiceWallet } from '../../server/usecases/ports'

/** What the bytes of a model tx say: the order, who it is from, and whether it was signed. */
export interface ModelSend {
  readonly chainId: string
  readonly from: string
  readonly signed: boolean
  readonly order: SendOrder
}

const bigints: ReadonlySet<string> = new Set(['amount', 'gasLimit', 'timeoutHeight', 'accountNumber', 'sequence'])

export function encodeSend(send: ModelSend): Uint8Array {
  return Buffer.from(JSON.stringify(send, (_, value: unknown) => typeof value === 'bigint' ? value.toString() : value))
}

export function decodeSend(bytes: Uint8Array): ModelSend {
  return JSON.parse(Buffer.from(bytes).toString(), (key, value: unknown) => bigints.has(key) && typeof value === 'string' ? BigInt(value) : value) as ModelSend
}

export const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').toUpperCase()

/** A key that signs by saying so: the same order gives the same bytes, as with secp256k1 and RFC 6979. `step` is the gate before it. */
export function makeModelWallet(chainId: string, address: string, step: <T>(label: string, act: () => T) => Promise<T>): ServiceWallet {
  const bytes = (order: SendOrder, signed: boolean) => encodeSend({ chainId, from: address, signed, order })
  return {
    chainId, address,
    unsigned: order => bytes(order, false),
    sign: order => step(`signs sequence ${order.sequence}`, () => {
      const txBytes = bytes(order, true)
      return { txBytes, txHash: hashOf(txBytes) }
    }),
  }
}
