import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test as base } from '@playwright/test'

interface SandboxFacts {
  readonly appUrl: string
  readonly controlUrl: string
  readonly story: Readonly<Record<'undelivered' | 'undeliveredRecent' | 'undeliveredFromZone' | 'timedOut' | 'deliveredUnacknowledged' | 'errorAcknowledged' | 'inFlight' | 'completed', string>>
}

/** What the demo wrote for programs. */
export function sandboxFacts(): SandboxFacts {
  return JSON.parse(readFileSync(join(process.env.E2E_DATA_DIR ?? '.data', 'sandbox.json'), 'utf8')) as SandboxFacts
}

/** One call of the sandbox's control port. */
export async function control<T>(path: string, body: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(sandboxFacts().controlUrl + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  return await response.json() as T
}

export const hub = 'sandbox-hub-1'
const patienceMs = 30_000

async function packetInState(sequence: string, state: string): Promise<string> {
  const id = `${hub}/transfer/channel-0/${sequence}`
  await expect.poll(async () => {
    const response = await fetch(`${sandboxFacts().appUrl}/api/v1/packets/${id}`)
    return ((await response.json()) as { state?: string }).state
  }, { timeout: patienceMs }).toBe(state)
  return id
}

async function sendPacket(over: Record<string, unknown>): Promise<string> {
  const { packets } = await control<{ packets: readonly string[] }>('/transfer', { chainId: hub, from: 'alice', to: 'bob', amount: '12500000', ...over })
  const [id] = packets
  if (!id) throw new Error('the sandbox sent no packet')
  return id.split('/').at(-1) ?? ''
}

/** A packet of 12.5 ATOM from alice to bob that no relayer carries. */
export async function aStuckPacket(): Promise<string> {
  return packetInState(await sendPacket({}), 'stuck_undelivered')
}

/** The same, with its time already over on the destination. */
export async function aTimedOutPacket(): Promise<string> {
  return packetInState(await sendPacket({ timeoutSeconds: 2 }), 'timed_out')
}

const sequenceOf = (packet: string) => packet.split('/').at(-1) ?? ''

/** A packet that has arrived; only the acknowledgement did not come back. */
export async function anArrivedPacket(): Promise<string> {
  const sequence = await sendPacket({})
  await control('/relay', { chainId: hub, sequences: [sequence], stage: 'receive' })
  return packetInState(sequence, 'stuck_unacknowledged')
}

/** A packet of 12.5 ATOM that the destination refused; the refund waits for the acknowledgement of that. */
export async function aRefusedPacket(): Promise<string> {
  const sequence = await sendPacket({ to: 'not-an-address' })
  await control('/relay', { chainId: hub, sequences: [sequence], stage: 'receive' })
  return packetInState(sequence, 'stuck_error_acknowledged')
}

/** A packet with a memo of so many bytes; Hermes skips it when its limit is lower. */
export async function aStuckPacketWithMemo(bytes: number): Promise<string> {
  return packetInState(await sendPacket({ packetMemo: 'm'.repeat(bytes) }), 'stuck_undelivered')
}

/** Another relayer brings the packet, and its acknowledgement back. */
export async function relayedByAnother(packet: string): Promise<void> {
  await control('/relay', { chainId: hub, sequences: [sequenceOf(packet)] })
}

/** Fails a test in which a page throws, logs an error, or asks anybody but the app and the sandbox on this machine. */
export const test = base.extend<{ page: Page }>({
  page: async ({ page }, use) => {
    const complaints: string[] = []
    page.on('pageerror', error => complaints.push(`thrown: ${error.message}`))
    page.on('console', message => message.type() === 'error' && !message.text().startsWith('Failed to load resource') && complaints.push(`console: ${message.text()}`))
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url())
      if (protocol.startsWith('http') && !['localhost', '127.0.0.1'].includes(hostname)) complaints.push(`outside request: ${request.url()}`)
    })
    await use(page)
    if (complaints.length > 0) throw new Error(complaints.join('\n'))
  },
})
