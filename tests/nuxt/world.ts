import { registerEndpoint } from '@nuxt/test-utils/runtime'
import { getQuery, readBody, setResponseHeader, setResponseStatus } from 'h3'
import type { ChainDto } from '#shared/schemas/chains'
import type { ProblemDto } from '#shared/schemas/common'
import { expect } from 'vitest'
import { aliceOnHub, twoChains } from '../builders/dto'

type Method = 'GET' | 'POST' | 'DELETE'

/** One endpoint of the API outside; answers with `answer` (a value, or made per request) and keeps the bodies it got. */
export function apiAnswers(path: string, answer: unknown, method: Method = 'GET') {
  const bodies: unknown[] = []
  const remove = registerEndpoint(`/api/v1${path}`, {
    method,
    handler: async (event) => {
      bodies.push(method === 'POST' ? await readBody(event) : undefined)
      return typeof answer === 'function' ? answer(bodies.at(-1), getQuery(event)) : answer
    },
  })
  return { bodies, remove }
}

export function apiRefuses(path: string, problem: ProblemDto, method: Method = 'GET') {
  return registerEndpoint(`/api/v1${path}`, {
    method,
    handler: (event) => {
      setResponseStatus(event, problem.status)
      setResponseHeader(event, 'content-type', 'application/problem+json')
      return problem
    },
  })
}

/** What app.vue has loaded before any page renders. */
export function chainsAre(chains: ChainDto[] = twoChains()) {
  useNuxtApp().payload.data.chains = { items: chains }
}

/** Waits until the expectation holds, at most two seconds. */
export async function eventually(expectation: () => void | Promise<void>) {
  await expect.poll(async () => {
    await expectation()
    return true
  }, { timeout: 2000, interval: 20 }).toBe(true)
}

/** The updates socket outside: accepts whoever subscribes; `commit` tells all of them of a new event. */
export function socketOutside() {
  const original = globalThis.WebSocket
  const peers = new Set<FakeSocket>()
  const subscriptions: unknown[] = []
  let eventId = 1
  class FakeSocket {
    onopen: (() => void) | null = null
    onmessage: ((message: { data: string }) => void) | null = null
    onclose: (() => void) | null = null
    onerror: (() => void) | null = null
    constructor(readonly url: string) {
      setTimeout(() => this.onopen?.(), 0)
    }

    send(text: string) {
      const message = JSON.parse(text) as { subscribe: string }
      subscriptions.push(message)
      peers.add(this)
      this.say({ type: 'subscribed', token: message.subscribe, lastEventId: String(eventId) })
    }

    say(message: unknown) {
      this.onmessage?.({ data: JSON.stringify(message) })
    }

    close() {
      peers.delete(this)
      this.onclose?.()
    }
  }
  Object.assign(globalThis, { WebSocket: FakeSocket })
  return {
    subscriptions,
    commit: (token: string) => {
      eventId++
      for (const peer of peers) peer.say({ type: 'event', token, status: 'clearing', event: { id: String(eventId), type: 'queued', at: '2026-11-24T02:00:00Z', detail: {} } })
    },
    remove: () => void Object.assign(globalThis, { WebSocket: original }),
  }
}

interface WalletCalls { readonly enabled: unknown[], readonly suggested: unknown[], readonly signed: unknown[], readonly sent: Uint8Array[] }

/** A wallet extension in the page: Keplr's interface, refusing or changing what the test says. */
export function walletInPage(over: Record<string, unknown> = {}) {
  const calls: WalletCalls = { enabled: [], suggested: [], signed: [], sent: [] }
  const pubKey = Uint8Array.from({ length: 33 }, (_, index) => index === 0 ? 2 : index)
  const keplr = {
    enable: async (chainIds: unknown) => void calls.enabled.push(chainIds),
    experimentalSuggestChain: async (info: unknown) => void calls.suggested.push(info),
    getKey: async () => ({ name: 'alice', algo: 'secp256k1', pubKey, address: new Uint8Array(20), bech32Address: aliceOnHub, isNanoLedger: false }),
    signDirect: async (chainId: string, signer: string, signed: unknown, options: unknown) => {
      calls.signed.push({ chainId, signer, options })
      return { signed, signature: { pub_key: { type: 'tendermint/PubKeySecp256k1', value: btoa('key') }, signature: btoa('x'.repeat(64)) } }
    },
    signAmino: async (chainId: string, signer: string, signed: unknown, options: unknown) => {
      calls.signed.push({ chainId, signer, options, amino: true })
      return { signed, signature: { pub_key: { type: 'tendermint/PubKeySecp256k1', value: btoa('key') }, signature: btoa('x'.repeat(64)) } }
    },
    signArbitrary: async (chainId: string, signer: string, text: string) => {
      calls.signed.push({ chainId, signer, text })
      return { pub_key: { type: 'tendermint/PubKeySecp256k1', value: btoa('key') }, signature: btoa('signature') }
    },
    sendTx: async (_chainId: string, tx: Uint8Array) => {
      calls.sent.push(tx)
      return Uint8Array.from({ length: 32 }, () => 0xAB)
    },
    ...over,
  }
  Object.assign(window, { keplr })
  return { calls, remove: () => Reflect.deleteProperty(window, 'keplr') }
}

export const sentHash = 'AB'.repeat(32)
