import { createHash } from 'node:crypto'
import type { ClearingToken } from '../../shared/schemas/clearing'
import { parsePacketId, type PacketId } from '../../shared/utils/packet-id'
import type { BuildQuote } from '../../server/usecases/build-quote'
import type { SimulatorDatabase } from './database'
import { Instance, isExpected } from './instance'
import { checkInvariants, type Checked } from './invariants'
import { feeDenom, Network, otherChain, ends, serviceAddress, strangerAddress, type ModelPacket } from './network'
import { nothingPaid } from './payout-invariants'
import { bankTx } from './people'
import { Random } from './random'
import { soundNode, type NodeFaults } from './reader'
import { helpful, type RelayerTemper } from './relayer'
import { Scheduler, type Fate } from './scheduler'

export class Violation extends Error {}

const epochMs = Date.UTC(2026, 0, 1)

const tempers: Readonly<Record<string, RelayerTemper>> = {
  helpful: { clears: 8, part: 1, dies_between: 1, other_first: 1 },
  flaky: { clears: 3, part: 2, silent: 1, exits_1: 2, half_then_exits_1: 2, dies_between: 2, garbage: 1, other_first: 1 },
  hopeless: { silent: 3, exits_1: 3, garbage: 1, not_started: 2 },
  silent: { silent: 1 },
  halting: { dies_between: 4, half_then_exits_1: 2, exits_1: 1 },
}

/** Everything outside the app, one seed's instances of the app, and the one clock. */
export class World {
  readonly random: Random
  readonly scheduler = new Scheduler()
  readonly network: Network
  readonly faults = new Map<string, NodeFaults>([['hub-1', soundNode()], ['zone-1', soundNode()]])
  readonly instances: Instance[] = []
  readonly tokens: ClearingToken[] = []
  readonly tally = new Map<string, number>()
  readonly confirmationBlocks: number
  readonly scanned: readonly string[]
  /** Long enough in some seeds to give a packet up before it. */
  readonly deadlineMs: number
  readonly checked: Checked = { decided: new Set(), cursors: new Map(), firstHeights: new Map(), audits: new Map(), incomplete: new Set(), payments: 0 }
  /** Endpoints of every chain. */
  readonly endpoints: readonly string[]
  /** Heights whose money some endpoint has hidden, by chain id. */
  readonly hidden = new Map<string, Set<bigint>>([['hub-1', new Set()], ['zone-1', new Set()]])
  readonly focus: 'all' | 'payouts'
  /** A key is on the server; else people send refunds by hand. */
  readonly signs: boolean
  readonly payoutRules: { readonly minimum: bigint, readonly approvalAbove: bigint | null, readonly feeLimit: bigint }
  /** Chains whose payouts a broken invariant stops, with the time since when. */
  readonly stopped = new Map<string, number>()
  /** How often people have sent a refund, by its id. */
  readonly sentByHand = new Map<string, number>()
  /** Instances that a debugger, a full disk or a host has put to sleep. */
  readonly frozen = new Set<string>()
  readonly payouts = nothingPaid()
  /** The database was replaced by an older one. */
  restored = false
  #backup: { readonly cursors: ReadonlyMap<string, bigint>, readonly audits: ReadonlyMap<string, bigint> } | null = null
  temper: RelayerTemper
  relayerReady = true
  /** Something may have changed in the books since they were checked. */
  dirty = true
  now = new Date(epochMs)
  readonly #hash = createHash('sha256')
  readonly trace: string[] = []
  readonly #violations: string[] = []
  readonly #liars = new Map<string, string>()
  #instancesMade = 0
  #timeSet = 0

  constructor(readonly seed: number, readonly database: SimulatorDatabase, readonly keepTrace: boolean) {
    this.random = new Random(seed)
    this.network = new Network(this.random.fork())
    this.confirmationBlocks = this.random.chance(0.2) ? 2 : 1
    this.scanned = this.random.chance(0.4) ? ['hub-1', 'zone-1'] : ['hub-1']
    this.deadlineMs = this.random.chance(0.2) ? 900_000 : 200_000
    this.temper = tempers[this.random.weighted({ helpful: 4, flaky: 5, hopeless: 2, silent: 2, halting: 2 })]!
    this.endpoints = ['node-a', 'node-b', 'node-c'].slice(0, Number(this.random.weighted({ 1: 1, 2: 7, 3: 3 })))
    this.focus = this.random.chance(0.4) ? 'payouts' : 'all'
    this.signs = this.random.chance(0.88)
    this.payoutRules = { minimum: this.random.pick([0n, 0n, 0n, 60n]), approvalAbove: this.random.chance(0.2) ? 400n : null, feeLimit: 1_000_000n }
    for (const { service, chainId } of this.network.chains.values()) {
      if (this.random.chance(0.6)) service.receive({ denom: feeDenom(chainId), amount: BigInt(this.random.between(50, 20_000)) })
      service.seal()
    }
    // The second reading stays some blocks behind the first, and there shall be some.
    for (const chainId of this.network.chains.keys()) for (let block = 0; block < 25; block += 1) this.network.produce(chainId, new Date(epochMs - (25 - block) * 6_000))
    for (const chainId of this.network.chains.keys()) this.network.listen(chainId, height => this.#noteHidden(chainId, height))
    const count = this.random.weighted({ 1: 3, 2: 3, 3: 1, 4: 1 })
    for (let made = 0; made < Number(count); made += 1) this.startInstance()
  }

  note(line: string) {
    this.#hash.update(`${line}\n`)
    if (this.keepTrace) this.trace.push(`${String(Math.round((this.now.getTime() - epochMs) / 1000)).padStart(5)} s  ${line}`)
  }

  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  count(what: string, by = 1) {
    this.tally.set(what, (this.tally.get(what) ?? 0) + by)
  }

  violation(text: string) {
    this.#violations.push(text)
  }

  /** Throws the first thing found wrong so far. */
  judge() {
    if (this.#violations.length > 0) throw new Violation(this.#violations.join('\n'))
  }

  startInstance() {
    this.#instancesMade += 1
    const quote: BuildQuote = async input => this.#quote(input.paymentChainId, input.packets)
    this.instances.push(new Instance(`instance-${this.#instancesMade}`, this, this.random.fork(), quote))
    this.note(`instance-${this.#instancesMade} starts`)
  }

  get living(): Instance[] {
    return this.instances.filter(instance => instance.alive)
  }

  /** Those that do anything now. */
  get awake(): Instance[] {
    return this.living.filter(instance => !this.frozen.has(instance.id))
  }

  #quote(paymentChainId: string, ids: readonly PacketId[]) {
    const denom = feeDenom(paymentChainId)
    const packets = ids.map((id) => {
      const next = this.network.nextMessage(this.network.packet(id)!)
      const need = next === 'acknowledge' || next === 'timeout' ? next : 'deliver' as const
      return { id, destination: ends[otherChain(id.chainId)]!, need, share: { denom, amount: BigInt(this.random.between(1, 500)) } }
    })
    const total = { denom, amount: packets.reduce((sum, packet) => sum + packet.share.amount, 0n) }
    return { quote: { paymentChainId, packets, feeLines: [{ kind: 'service' as const, coin: total, detail: 'simulated' }], total }, paymentAddress: serviceAddress(paymentChainId) }
  }

  packetOf(text: string): ModelPacket {
    return this.network.packet(parsePacketId(text)!)!
  }

  strangerRelays(packets: readonly ModelPacket[]) {
    for (const packet of packets) {
      const next = this.network.nextMessage(packet)
      if (next === null) continue
      this.network.submit(next, [packet], strangerAddress)
      this.count('other relayer acts')
    }
  }

  /** Starts a task of an instance; its end is noted, an error that the world did not cause is a violation. */
  start(instance: Instance, name: string, task: () => Promise<unknown>) {
    instance.active.set(name, (instance.active.get(name) ?? 0) + 1)
    this.note(`${instance.id} starts ${name}`)
    const ended = () => instance.active.set(name, instance.active.get(name)! - 1)
    task().then(() => {
      ended()
      this.note(`${instance.id} ends ${name}`)
    }, (error: unknown) => {
      ended()
      this.note(`${instance.id} fails ${name}: ${error instanceof Error ? error.message : String(error)}`)
      this.count('task failed')
      if (!isExpected(error)) this.violation(`${name} of ${instance.id} threw ${error instanceof Error ? `${error.stack}${error.cause ? `\ncause: ${String(error.cause)}` : ''}` : String(error)}`)
    })
  }

  /** Lets one waiting call through, checks the invariants if it may have written, and returns when all stand still. */
  async release(index: number, fate: Fate): Promise<void> {
    const { owner, label, kind } = this.scheduler.waiting()[index]!
    // The one connection keeps the order: whatever the call asks comes after.
    const timeSet = this.#timeSet === this.now.getTime() ? undefined : this.database.setTime(this.now)
    this.#timeSet = this.now.getTime()
    this.note(`${owner}: ${label}${fate === 'normal' ? '' : ` (${fate})`}`)
    if (fate !== 'normal') this.count(fate)
    await this.scheduler.release(index, fate)
    await timeSet
    if (kind === 'transaction') await this.check()
    this.judge()
  }

  async check(): Promise<void> {
    await checkInvariants(this, this.dirty)
    this.dirty = false
    this.judge()
  }

  isHidden(chainId: string, height: bigint): boolean {
    return this.hidden.get(chainId)!.has(height)
  }

  #noteHidden(chainId: string, height: bigint) {
    const { lie } = this.faults.get(chainId)!
    if (lie?.kind === 'hides' || lie?.kind === 'fails') this.hidden.get(chainId)!.add(height)
  }

  /** An endpoint begins to lie about the blocks from the next one on; the same one for the whole seed, or two would make a quorum. */
  startLie(chainId: string): boolean {
    const { random } = this
    if (this.endpoints.length < 2 || !this.checked.audits.has(chainId)) return false
    const endpoint = this.#liars.get(chainId) ?? random.pick(this.endpoints.slice(0, 2))
    this.#liars.set(chainId, endpoint)
    const kind = random.pick(['forges', 'hides', 'succeeds', 'fails'] as const)
    const token = this.tokens.length > 0 ? random.pick(this.tokens) : null
    const forged = bankTx(chainId, 'forger', token?.memoCode ?? '', [{ denom: feeDenom(chainId), amount: BigInt(token?.total.amount ?? 5) }])
    if (forged.kind !== 'bank') return false
    Object.assign(this.faults.get(chainId)!, { lie: { endpoint, kind, fromHeight: this.network.chain(chainId).height + 1n, forged: forged.tx, ours: serviceAddress(chainId) } })
    this.count(`lie ${kind}`)
    this.note(`${endpoint} of ${chainId} lies: ${kind}`)
    return true
  }

  async backUp(): Promise<void> {
    await this.database.backUp()
    this.#backup = { cursors: new Map(this.checked.cursors), audits: new Map(this.checked.audits) }
    this.note('a backup is made')
  }

  /** Disk lost: every instance stops, yesterday's database comes back, and one instance starts. */
  async restore(): Promise<void> {
    // Where nothing had been read twice yet when the backup was made, what was hidden since would be found by nobody.
    if (!this.#backup || this.scanned.some(chainId => !this.#backup!.audits.has(chainId) && this.hidden.get(chainId)!.size > 0)) return
    for (const instance of this.living) instance.crash()
    this.frozen.clear()
    await this.database.restore()
    this.checked.decided.clear()
    this.checked.cursors.clear()
    this.checked.audits.clear()
    for (const [chainId, height] of this.#backup.cursors) this.checked.cursors.set(chainId, height)
    for (const [chainId, height] of this.#backup.audits) this.checked.audits.set(chainId, height)
    for (const chainId of this.checked.firstHeights.keys()) {
      if (this.#backup.cursors.has(chainId)) continue
      this.checked.firstHeights.delete(chainId)
      this.network.chain(chainId).read.clear()
    }
    this.#backup = null
    this.restored = true
    this.dirty = true
    this.count('restored from a backup')
    this.note('the backup is restored')
    this.startInstance()
  }

  advance(ms: number) {
    this.now = new Date(this.now.getTime() + ms)
    for (const chain of this.network.chains.values()) if (!chain.halted) this.network.produce(chain.chainId, this.now)
    this.note(`time passes: ${ms} ms`)
  }

  /** Everything works from here on; only the relayer may stay as bad as it was, for what cannot be cleared must end, too. */
  endFaults() {
    if (this.random.chance(0.5)) this.temper = helpful
    this.relayerReady = true
    for (const [chainId, faults] of this.faults) {
      Object.assign(faults, soundNode())
      this.network.chain(chainId).halted = false
    }
    for (const chain of this.network.chains.values()) {
      for (const packet of chain.packets.values()) if (packet.receivedHeight !== null && packet.ackWrittenHeight === null) this.network.writeAck(packet, this.network.chain(packet.destination.chainId).height)
    }
    this.frozen.clear()
    this.stopped.clear()
    for (const { service } of this.network.chains.values()) {
      service.calm = true
      service.gasPrice = '0.00005'
      if (this.random.chance(0.7)) service.blocked.clear()
    }
    if (this.living.length === 0) this.startInstance()
    this.note('faults end')
  }
}
