import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { inject } from 'vitest'
import type { ProblemDto } from '../../../shared/schemas/common'
import type { ClearingStatus, ClearingToken } from '../../../shared/schemas/clearing'
import { runScript, type EndedScript } from '../../builders/run-script'
import { startInstance, type Instance } from '../../system/instance'
import type { LocalChain, Localnet } from './facts'
import { networkEnvironment } from './network'
import { waitUntil } from './wait'

const unsettled: readonly ClearingStatus['status'][] = ['awaiting_payment', 'queued', 'clearing']

export interface Answered<Body> { readonly status: number, readonly headers: Headers, readonly body: Body }

/** A row of `payments`. */
export interface PaymentRow {
  readonly state: string
  readonly kind: string
  readonly reason: string | null
  readonly amount: string
  readonly denom: string
  readonly from: string | null
  readonly credited: string
  readonly operationId: string | null
}

/** Who asks: the wallet that will pay. */
export interface Payer { readonly address: string, readonly chain: LocalChain }

async function createDatabase(): Promise<{ readonly url: string, readonly sql: postgres.Sql, readonly drop: () => Promise<void> }> {
  const root = inject('postgresUrl')
  const name = `l_${randomBytes(6).toString('hex')}`
  const admin = postgres(root, { max: 1, onnotice: () => {} })
  await admin`create database ${admin(name)}`
  const url = root.replace(/\/postgres$/, `/${name}`)
  const sql = postgres(url, { max: 2, onnotice: () => {} })
  return {
    url, sql,
    drop: async () => {
      await sql.end({ timeout: 1 })
      await admin`drop database ${admin(name)} with (force)`
      await admin.end()
    },
  }
}

export function packetIds(source: LocalChain, sequences: readonly bigint[]) {
  return sequences.map(sequence => ({ chainId: source.id, portId: source.port, channelId: source.channel, sequence: String(sequence) }))
}

/** The built app as a process on the localnet, with a database of its own; asked over HTTP, `sql` shows what it keeps. */
export class LocalApp {
  private constructor(private instance: Instance, readonly sql: postgres.Sql, private readonly environment: Readonly<Record<string, string>>, private readonly cleanUp: () => Promise<void>) {}

  static async open(net: Localnet, environment: Readonly<Record<string, string>> = {}): Promise<LocalApp> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'relayooor-local-app-'))
    const database = await createDatabase()
    const all = {
      ...networkEnvironment(net), DATABASE_URL: database.url, DATA_DIR: folder, CLEARING_TOKEN_SECRET: randomBytes(48).toString('base64'), STUCK_AFTER_SECONDS: '0',
      OPEN_TOKENS_PER_IP: '1000', OPEN_TOKENS_PER_WALLET: '1000', RATE_LIMITS: 'reads=100000/60,quotes=10000/60,tokens=10000/60,verify=10000/60', ...environment,
    }
    const cleanUp = async () => {
      await database.drop()
      fs.rmSync(folder, { recursive: true, force: true })
    }
    try {
      const app = new LocalApp(await startInstance('local', all), database.sql, all, cleanUp)
      await app.ready()
      return app
    }
    catch (error) {
      await cleanUp()
      throw error
    }
  }

  get url(): string {
    return this.instance.url
  }

  /** Warnings and errors that it logged. */
  complaints(): readonly string[] {
    return this.instance.complaints()
  }

  async ready(): Promise<void> {
    await waitUntil('the app is ready', async () => await fetch(`${this.url}/readyz`).then(response => response.ok, () => false) || undefined)
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.instance.kill('SIGKILL')
  }

  async startAgain(): Promise<void> {
    this.instance = await startInstance('local again', this.environment)
    await this.ready()
  }

  async get<Body>(route: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered<Body>> {
    const response = await fetch(`${this.url}/api/v1${route}`, { headers, signal: AbortSignal.timeout(20_000) })
    return { status: response.status, headers: response.headers, body: await response.json() as Body }
  }

  async post<Body>(route: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answered<Body>> {
    const response = await fetch(`${this.url}/api/v1${route}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body), signal: AbortSignal.timeout(20_000) })
    return { status: response.status, headers: response.headers, body: await response.json() as Body }
  }

  /** A token for packets that `source` sent; throws what the app refuses with. */
  async requestToken(payer: Payer, source: LocalChain, sequences: readonly bigint[]): Promise<ClearingToken> {
    const { status, body } = await this.post<ClearingToken>('/clearing/request-token', { walletAddress: payer.address, paymentChainId: payer.chain.id, packets: packetIds(source, sequences) })
    if (status !== 200) throw new Error(`request-token answered ${status}: ${JSON.stringify(body)}`)
    return body
  }

  /** The refusal of a token, per packet. */
  async refusals(payer: Payer, source: LocalChain, sequences: readonly bigint[]): Promise<{ readonly status: number, readonly code: string, readonly packets: readonly { readonly sequence: string, readonly code: string }[] }> {
    const { status, body } = await this.post<ProblemDto>('/clearing/request-token', { walletAddress: payer.address, paymentChainId: payer.chain.id, packets: packetIds(source, sequences) })
    return { status, code: body.code, packets: (body.packets ?? []).map(({ id, code }) => ({ sequence: id.sequence, code })) }
  }

  async status(token: string): Promise<ClearingStatus> {
    const { status, body } = await this.get<ClearingStatus>(`/clearing/status/${token}`)
    if (status !== 200) throw new Error(`status answered ${status}: ${JSON.stringify(body)}`)
    return body
  }

  /** Waits until the operation is as `isSo` says. */
  async statusWhen(token: string, what: string, isSo: (status: ClearingStatus) => boolean, options: { readonly boundMs?: number, readonly everyMs?: number } = {}): Promise<ClearingStatus> {
    let last: ClearingStatus | undefined
    try {
      return await waitUntil(what, async () => {
        last = await this.status(token)
        return isSo(last) ? last : undefined
      }, { boundMs: 45_000, ...options })
    }
    catch (error) {
      throw new Error(`${String(error)}; last seen: ${JSON.stringify(last)}; the app complained: ${this.complaints().slice(-10).join('\n')}`, { cause: error })
    }
  }

  async settled(token: string, options: { readonly boundMs?: number } = {}): Promise<ClearingStatus> {
    return this.statusWhen(token, 'the operation settles', ({ status }) => !unsettled.includes(status), options)
  }

  /** What it recorded of a tx that reached its wallet; waits until that is decided. */
  async recorded(txHash: string): Promise<readonly PaymentRow[]> {
    return waitUntil(`a decided payment row of ${txHash}`, async () => {
      const rows = await this.paymentRows(txHash)
      return rows.length > 0 && rows.every(({ state }) => state !== 'seen') ? rows : undefined
    }, { boundMs: 15_000 })
  }

  async paymentRows(txHash: string): Promise<readonly PaymentRow[]> {
    return this.sql<PaymentRow[]>`select state, kind, reason, amount::text, denom, from_address as "from", credited_amount::text as credited, operation_id as "operationId" from payments where tx_hash = ${txHash}`
  }

  /** Runs a script of ours beside the app, with its environment. */
  run(script: 'reconcile' | 'ledger-rebuild'): Promise<EndedScript> {
    return runScript(script, [], this.environment)
  }

  async close(): Promise<void> {
    await this.instance.kill('SIGTERM')
    await this.cleanUp()
  }
}
