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
