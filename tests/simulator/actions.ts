import { actAsAdmin } from './admin'
import type { Instance } from './instance'
import { feeDenom, type ModelChain } from './network'
import { fund, sendByHand, steal, withdraw } from './operator'
import { paymentKinds, pay, requestToken } from './people'
import { soundNode } from './reader'
import type { Fate } from './scheduler'
import type { World } from './world'

const actions = {
  release: 75, scan: 5, work: 7, sweep: 1, audit: 0.3, pay_refunds: 4, errand: 0.5, hand: 1.5, wallet: 0.5, admin: 1, freeze: 0.5, thaw: 0.8, backup: 0.3, restore: 0.2,
  request: 2, pay: 3, time: 4, long_time: 0.4, fault: 1, mend: 1, crash: 0.5, start: 1.5, stranger: 0.8, ack: 0.5, relayer: 0.2,
} as const
type Action = keyof typeof actions

/** In some seeds nearly everything is about money on its way back. */
export const weightsOf: Readonly<Record<World['focus'], Readonly<Partial<Record<Action, number>>>>> = {
  all: actions,
  payouts: { ...actions, release: 40, scan: 3, work: 1, sweep: 0.3, pay_refunds: 4, errand: 20, hand: 2.5, wallet: 1.2, request: 0.4, pay: 5, time: 18, fault: 1.5, mend: 2, start: 4, thaw: 2, stranger: 0.1, ack: 0.1 },
}
type Task = 'scan' | 'work' | 'sweep' | 'audit' | 'pay_refunds'

const calmFates: Readonly<Partial<Record<Fate, number>>> = { normal: 1 }
const readFates: Readonly<Partial<Record<Fate, number>>> = { normal: 300, crash_before: 1 }
const effectFates: Readonly<Partial<Record<Fate, number>>> = { normal: 100, crash_before: 1, crash_after: 1 }
const transactionFates: Readonly<Partial<Record<Fate, number>>> = { normal: 60, crash_before: 1, crash_inside: 1, crash_after: 1, lost_before_commit: 1, lost_after_commit: 1 }

async function releaseOne(world: World, faulty: boolean, ready = world.scheduler.ready(world.frozen)): Promise<void> {
  const { scheduler, random } = world
  if (ready.length === 0) return
  const index = random.pick(ready)
  const { kind } = scheduler.waiting()[index]!
  const fates = !faulty ? calmFates : kind === 'read' ? readFates : kind === 'effect' ? effectFates : transactionFates
  await world.release(index, random.weighted(fates))
}

const releaseOf = (world: World, owner: string) => releaseOne(world, true, world.scheduler.ready(new Set(world.instances.map(({ id }) => id).filter(id => id !== owner))))

function setFault(world: World): void {
  const { random } = world
  const chainId = random.pick(['hub-1', 'zone-1'])
  const faults = world.faults.get(chainId)!
  const kind = random.pick(['down', 'second down', 'lie', 'lie', 'lie', 'stale', 'silent', 'behind', 'index behind', 'halted', 'relayer not ready', 'gas price', 'blocked address', 'payouts stopped'])
  world.count(`fault ${kind}`)
  world.note(`fault on ${chainId}: ${kind}`)
  if (kind === 'down') faults.down = true
  else if (kind === 'second down') faults.second = 'down'
  else if (kind === 'lie') world.startLie(chainId)
  else if (kind === 'stale') faults.stale = BigInt(random.between(1, 3))
  else if (kind === 'silent') faults.silent = true
  else if (kind === 'behind') faults.behind = BigInt(random.between(1, 2))
  else if (kind === 'index behind') faults.indexBehind = BigInt(random.between(1, 3))
  else if (kind === 'halted') world.network.chain(chainId).halted = true
  else if (kind === 'relayer not ready') world.relayerReady = false
  else if (kind === 'gas price') world.network.chain(chainId).service.gasPrice = random.pick(['0.00001', '0.0005', '0.005'])
  else if (kind === 'blocked address') world.network.chain(chainId).service.blocked.add(`payer${random.below(4)}`)
  else if (!world.stopped.has(chainId)) world.stopped.set(chainId, world.now.getTime())
}

function mend(world: World): void {
  const chainId = world.random.pick(['hub-1', 'zone-1'])
  Object.assign(world.faults.get(chainId)!, soundNode())
  const chain = world.network.chain(chainId)
  chain.halted = false
  chain.service.gasPrice = '0.00005'
  chain.service.blocked.clear()
  world.stopped.delete(chainId)
  world.relayerReady = true
  world.note(`${chainId} is sound again`)
}

function strangerActs(world: World): void {
  const open = [...world.network.chains.values()].flatMap(chain => [...chain.packets.values()]).filter(packet => world.network.nextMessage(packet) !== null)
  if (open.length > 0) world.strangerRelays([world.random.pick(open)])
}

function writeDelayedAck(world: World): void {
  const delayed = [...world.network.chains.values()].flatMap(chain => [...chain.packets.values()]).filter(packet => packet.receivedHeight !== null && packet.ackWrittenHeight === null)
  if (delayed.length > 0) world.network.writeAck(world.random.pick(delayed), world.network.chain('zone-1').height)
}

/** Starts a task where the instance would: one scan per chain, one sweep, two jobs at a time. */
function startTask(world: World, name: Task): void {
  const { random, awake } = world
  if (awake.length === 0) return
  const instance = random.pick(awake)
  const chainId = random.pick(world.scanned)
  const task = name === 'work' || name === 'sweep' ? name : `${name} ${chainId}`
  if ((instance.active.get(task) ?? 0) >= (name === 'work' ? 2 : 1)) return
  const tasks: Readonly<Record<Task, () => Promise<unknown>>> = {
    scan: () => instance.scan(chainId), audit: () => instance.audit(chainId), work: () => instance.work(), sweep: () => instance.sweep(), pay_refunds: () => instance.payRefunds(chainId),
  }
  world.start(instance, task, tasks[name])
}

/** What people do with the money and the key of a service wallet. */
function moveMoney(world: World, chain: ModelChain): void {
  const move = world.random.weighted({ fund: 5, withdraw: 5, steal: 1 })
  if (move === 'fund') fund(world, chain, { denom: feeDenom(chain.chainId), amount: BigInt(world.random.between(1, 500)) })
  else if (move === 'withdraw') withdraw(world, chain)
  else steal(world, chain)
}

/** Puts an instance to sleep, leases and all; it goes on later where it was. */
function freeze(world: World, { id }: Instance): void {
  world.frozen.add(id)
  world.count('frozen')
  world.note(`${id} is frozen`)
}

function thaw(world: World): void {
  const [id] = world.frozen
  if (id === undefined) return
  world.frozen.delete(id)
  world.note(`${id} goes on`)
}

/** One instance scans and then pays while everybody else stands still, which a fair scheduler hardly ever lets happen; faults meet it all the same. */
async function runErrand(world: World): Promise<void> {
  const { random, scheduler } = world
  if (world.awake.length === 0) return
  // Mostly the same one, which then holds the leases.
  const instance = random.chance(0.7) ? world.awake[0]! : random.pick(world.awake)
  const chainId = random.pick(world.scanned)
  const errands: readonly [string, () => Promise<unknown>][] = [[`scan ${chainId}`, () => instance.scan(chainId)], [`pay_refunds ${chainId}`, () => instance.payRefunds(chainId)]]
  for (const [task, begin] of errands) {
    if ((instance.active.get(task) ?? 0) === 0) world.start(instance, task, begin)
    await scheduler.settle()
    while (instance.alive && instance.active.get(task)! > 0) {
      if (random.chance(0.015)) return freeze(world, instance)
      await releaseOf(world, instance.id)
      await scheduler.settle()
    }
  }
}

export async function act(world: World, action: Action): Promise<void> {
  const { random } = world
  switch (action) {
    case 'release': return releaseOne(world, true)
    case 'scan': case 'work': case 'sweep': case 'audit': case 'pay_refunds': return startTask(world, action)
    case 'request': return world.awake.length > 0 && world.tokens.length < 6 ? requestToken(world) : undefined
    case 'pay': return world.tokens.length > 0 ? pay(world, random.pick(world.tokens), random.weighted(paymentKinds)) : undefined
    case 'time': return world.advance(random.between(200, 12_000))
    case 'long_time': return world.advance(random.between(30_000, 90_000))
    case 'fault': return setFault(world)
    case 'mend': return mend(world)
    case 'crash': return world.living.length > 0 ? random.pick(world.living).crash() : undefined
    case 'start': return world.living.length < 4 ? world.startInstance() : undefined
    case 'errand': return runErrand(world)
    case 'hand': return world.signs ? undefined : sendByHand(world, world.network.chain(random.pick(world.scanned)), false)
    case 'admin': return actAsAdmin(world)
    case 'wallet': return moveMoney(world, world.network.chain(random.pick(world.scanned)))
    case 'freeze': return world.awake.length > 0 ? freeze(world, random.pick(world.awake)) : undefined
    case 'thaw': return thaw(world)
    case 'backup': return world.signs ? world.backUp() : undefined
    case 'restore': return world.restore()
    case 'stranger': return strangerActs(world)
    case 'ack': return writeDelayedAck(world)
    case 'relayer': return void (world.relayerReady = !world.relayerReady)
    default: return action satisfies never
  }
}

export async function drain(world: World): Promise<void> {
  await world.scheduler.settle()
  while (world.scheduler.ready(world.frozen).length > 0) {
    await releaseOne(world, false)
    await world.scheduler.settle()
  }
}
