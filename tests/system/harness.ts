import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { inject, it } from 'vitest'
import { startSandbox, type Sandbox } from '../../sandbox/start'
import { sandboxEnvironment } from '../../scripts/demo/environment'
import type { ClearingStatus, ClearingToken } from '../../shared/schemas/clearing'
import { openGates, type Gates } from './gates/gates'
import { Trap } from './gates/trap'
import { startInstance, type Instance } from './instance'

export const hub = 'sandbox-hub-1'
export const zone = 'sandbox-zone-1'
type ChainId = typeof hub | typeof zone
type Payer = 'alice' | 'bob'

export interface WorldOptions {
  /** Processes of the app at the start; default 1. */
  readonly instances?: number
  /** DATABASE_URL is by default a new database on the run's PostgreSQL. */
  readonly environment?: Readonly<Record<string, string>>
  /** The service wallet's key is there: what is owed goes back. */
  readonly refunds?: boolean
  /** Each instance reaches PostgreSQL, chains and Hermes through gates of its own. */
  readonly gates?: boolean
  /** Default 200. Nothing is signed while the scanner is ten blocks behind, which a busy machine reaches in two seconds. */
  readonly blockTimeMs?: number
}

/** Short times, and no limits in the way. */
const testEnvironment = {
  STUCK_AFTER_SECONDS: '0', RELAY_RUN_TIME_LIMIT: '5', OPEN_TOKENS_PER_IP: '1000',
  RATE_LIMITS: 'reads=100000/60,quotes=10000/60,tokens=10000/60', LOG_LEVEL: 'info', NUXT_PUBLIC_WALLET_SCRIPT: '',
  RECONCILE_EVERY_SECONDS: '10',
}

interface TokenWish {
  readonly paymentChainId?: ChainId
  readonly payer?: Payer
  /** Default: any living one, asked anew when it dies. */
  readonly instance?: Instance
  readonly idempotencyKey?: string
}

/** Polls until `read` gives a value; rejects with `what` when it takes longer. */
export async function until<T>(what: string, read: () => Promise<T | undefined | false | null>, withinMs = 45_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const value = await read()
    if (value !== undefined && value !== false && value !== null) return value
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await pause(50)
  }
}

async function createDatabase(): Promise<{ url: string, drop: () => Promise<void> }> {
  const root = inject('postgresUrl')
  const name = `s_${randomBytes(6).toString('hex')}`
  const admin = postgres(root, { max: 1, onnotice: () => {} })
  await admin`create database ${admin(name)}`
  return {
    url: root.replace(/\/postgres$/, `/${name}`),
    drop: async () => {
      await admin`drop database ${admin(name)} with (force)`
      await admin.end()
    },
  }
}

/** A sandbox, a database and processes of the built app between them. Everything it started ends with `close`. */
export class World {
  readonly instances: Instance[] = []
  private readonly turns = new Map<string, Promise<unknown>>()
  private readonly gates = new Map<string, Gates>()
  private started = 0
  private trap: Trap | undefined

  private constructor(
    readonly sandbox: Sandbox,
    readonly sql: postgres.Sql,
    private readonly environment: Readonly<Record<string, string>> & { readonly DATABASE_URL: string },
    private readonly folder: string,
    private readonly gated: boolean,
    private readonly cleanUp: () => Promise<void>,
  ) {}

  static async open({ instances = 1, environment = {}, refunds = false, gates = false, blockTimeMs = 200 }: WorldOptions): Promise<World> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'relayooor-world-'))
    const sandbox = await startSandbox({ story: false, blockTimeMs, dataDir: path.join(folder, 'sandbox') })
    const database = environment.DATABASE_URL ? undefined : await createDatabase()
    const url = environment.DATABASE_URL ?? database?.url ?? ''
    const sql = postgres(url, { max: 2, onnotice: () => {} })
    // Without its key nothing leaves the wallet.
    const key: Record<string, string> = refunds ? {} : { SERVICE_WALLET_MNEMONIC: '' }
    const world = new World(sandbox, sql, { ...sandboxEnvironment(sandbox, { port: 0, dataDir: folder }), ...testEnvironment, ...key, ...environment, DATABASE_URL: url }, folder, gates, async () => {
      await sql.end({ timeout: 1 })
      await sandbox.stop()
      await database?.drop()
      fs.rmSync(folder, { recursive: true, force: true })
    })
    try {
      await Promise.all(Array.from({ length: instances }, () => world.start()))
      await until('an instance is ready', () => fetch(`${world.instances[0]!.url}/readyz`).then(response => response.ok))
      return world
    }
    catch (error) {
      await world.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.instances.map(instance => instance.kill()))
    await Promise.all([...this.gates.values()].map(gates => gates.close()))
    await this.cleanUp()
  }

  /** One more process on the same database. */
  async start(): Promise<Instance> {
    const name = `app-${++this.started}`
    if (this.gated) this.gates.set(name, await openGates(this.sandbox, this.environment.DATABASE_URL, this.folder, { name, trap: () => this.trap, kill: () => this.instances.find(own => own.name === name)?.signal('SIGKILL') }))
    const instance = await startInstance(name, { ...this.environment, ...this.gates.get(name)?.environment })
    this.instances.push(instance)
    return instance
  }

  gatesOf({ name }: Instance): Gates {
    const gates = this.gates.get(name)
    if (!gates) throw new Error(`${name} has no gates`)
    return gates
  }

  /** From now on, the first instance that comes to the place dies there. Only instances that are up can. */
  setTrap(...[place, moment]: ConstructorParameters<typeof Trap>): Trap {
    this.trap = new Trap(place, moment)
    return this.trap
  }

  get living(): readonly Instance[] {
    return this.instances.filter(instance => instance.alive())
  }

  named(id: string): Instance {
    const found = this.instances.find(instance => instance.id === id)
    if (!found) throw new Error(`no instance ${id}`)
    return found
  }

  /** A call of the sandbox's control port. */
  async control<T = unknown>(call: string, body: object = {}): Promise<T> {
    const response = await fetch(`${this.sandbox.controlUrl}/${call}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    const answer = await response.json() as T
    if (!response.ok) throw new Error(`${call}: ${JSON.stringify(answer)}`)
    return answer
  }

  /** An account has one transaction under way at a time, as a wallet has. */
  private inTurn<T>(who: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(who) ?? Promise.resolve()).then(act, act)
    this.turns.set(who, turn)
    return turn
  }

  /** Packets that nobody relays, by their ids. */
  async strand(count = 1, options: { readonly chainId?: ChainId, readonly to?: string, readonly timeoutSeconds?: number } = {}): Promise<string[]> {
    const { chainId = hub } = options
    return this.inTurn(`${chainId}/alice`, async () => (await this.control<{ packets: string[] }>('transfer', { count, ...options, chainId })).packets)
  }

  async requestToken(packets: readonly string[], { paymentChainId = hub, payer = 'alice', instance, idempotencyKey }: TokenWish = {}): Promise<ClearingToken> {
    const body = JSON.stringify({
      walletAddress: this.sandbox.accounts[payer].addresses[paymentChainId], paymentChainId,
      packets: packets.map((id) => {
        const [chainId, portId, channelId, sequence] = id.split('/')
        return { chainId, portId, channelId, sequence }
      }),
    })
    const headers = { 'content-type': 'application/json', ...idempotencyKey ? { 'idempotency-key': idempotencyKey } : {} }
    // Quotes are refused with a 503 while a fault is on, and while a new instance still looks at its relayer; a dying one answers nothing.
    return until(`a token for ${packets.join()}`, async () => {
      const asked = instance ?? this.living[0]
      const response = asked && await fetch(`${asked.url}/api/v1/clearing/request-token`, { method: 'POST', headers, body }).catch(() => undefined)
      if (!response) return undefined
      if (response.ok) return await response.json() as ClearingToken
      const problem = await response.text()
      if (response.status < 500 && !/in_flight|in_progress/.test(problem)) throw new Error(problem)
      return undefined
    }, idempotencyKey ? 90_000 : 25_000)
  }

  /** Pays as a person by hand would; resolves when the payment is in a block. */
  pay(token: ClearingToken, from: Payer = 'alice', amount: string = token.total.amount): Promise<{ txHash: string, height: number }> {
    return this.inTurn(`${token.paymentChainId}/${from}`, () => this.control('send', { chainId: token.paymentChainId, from, to: token.paymentAddress, amount, memo: token.memoCode }))
  }

  /** Strands a packet, and pays for its clearing. */
  async paidToken(packets?: readonly string[]): Promise<ClearingToken> {
    const token = await this.requestToken(packets ?? await this.strand())
    await this.pay(token)
    return token
  }

  /** Any living instance's word; undefined when none answers now. */
  async status({ token }: Pick<ClearingToken, 'token'>): Promise<ClearingStatus | undefined> {
    for (const { url } of this.living) {
      const response = await fetch(`${url}/api/v1/clearing/status/${token}`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined) // the next one
      if (response?.ok) return await response.json() as ClearingStatus
    }
    return undefined
  }

  async when(token: ClearingToken, what: string, holds: (status: ClearingStatus) => boolean, withinMs = 45_000): Promise<ClearingStatus> {
    let last: ClearingStatus | undefined
    return until(`${token.memoCode} ${what}`, async () => {
      last = await this.status(token) ?? last
      return last && holds(last) && last
    }, withinMs).catch((error: Error) => {
      throw new Error(`${error.message}; last seen: ${JSON.stringify(last, undefined, 1)}`)
    })
  }

  /** The operation's end, whatever it is. */
  settled(token: ClearingToken, withinMs = 45_000): Promise<ClearingStatus> {
    return this.when(token, 'settles', status => status.finishedAt !== null || status.status === 'needs_attention', withinMs)
  }

  hasEvent(token: ClearingToken, type: string, withinMs?: number): Promise<ClearingStatus> {
    return this.when(token, `has the event ${type}`, status => status.events.some(event => event.type === type), withinMs)
  }

  /** The operation ended, and everything it owes has left and was seen on chain. */
  paidBack(token: ClearingToken, withinMs = 45_000): Promise<ClearingStatus> {
    return this.when(token, 'is settled and paid back', status => status.finishedAt !== null && (status.refundStatus === 'none' || status.refundStatus === 'done'), withinMs)
  }

  /** Processes of the relayer that this world's instances started and that still run. */
  relayerProcesses(): number[] {
    return fs.readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter((pid) => {
      try {
        const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return words.some(word => word.startsWith(this.folder) && word.endsWith('.toml')) && (words.includes('clear') || words.includes('tx'))
      }
      catch {
        return false // it ended while we looked
      }
    })
  }

  /** The instance whose relayer run is under way. */
  async runner(): Promise<Instance> {
    return this.named(await until('a run is under way', async () => {
      const [run] = await this.sql<{ instance_id: string }[]>`select instance_id from relayer_runs where finished_at is null`
      return run?.instance_id
    }))
  }

  async leader(chainId: ChainId): Promise<Instance> {
    return this.named(await until(`${chainId} has a scanner`, async () => {
      const [cursor] = await this.sql<{ leader: string }[]>`select leader from chain_cursors where chain_id = ${chainId} and purpose = 'primary' and lease_until > now()`
      return cursor?.leader
    }))
  }
}

/** A test in a world of its own, beside others; a failed one shows what the instances complained about. */
export function inWorld(name: string, options: WorldOptions, body: (world: World) => Promise<void>, timeoutMs?: number) {
  it.concurrent(name, async ({ onTestFailed }) => {
    const world = await World.open(options)
    onTestFailed(() => {
      for (const instance of world.instances) console.error(`--- ${name}: ${instance.name} ${instance.id}\n${instance.complaints().slice(-40).join('\n')}`)
    })
    try {
      await body(world)
    }
    finally {
      await world.close()
    }
  }, timeoutMs)
}
