/** What may happen to a step that writes: nothing, or a fault at one of its borders. */
export type Fate = 'normal' | 'crash_before' | 'crash_inside' | 'crash_after' | 'lost_before_commit' | 'lost_after_commit'

export type CallKind = 'read' | 'effect' | 'transaction'

interface Waiting {
  readonly owner: string
  readonly label: string
  readonly release: (fate: Fate) => void
  readonly kind: CallKind
}

/** A fault of the simulated world: expected, and retried by whoever meets it. */
export class SimulatedFault extends Error {}

const macrotask = () => new Promise<void>(resolve => setImmediate(resolve))

/**
 * Holds every port call of every instance at a gate and lets one through at a time. Between two gates only microtasks
 * run, so that after one macrotask everybody stands at a gate again: the order of everything is the seed's alone.
 */
export class Scheduler {
  readonly #waiting: Waiting[] = []
  #idle: (() => void) | null = null

  /** Waits for the scheduler, then does `work` while nobody else does anything. `work` gets the fate of this call. */
  async pass<T>(owner: string, label: string, kind: CallKind, work: (fate: Fate) => T | Promise<T>): Promise<T> {
    const fate = await new Promise<Fate>(release => this.#waiting.push({ owner, label, release, kind }))
    try {
      return await work(fate)
    }
    finally {
      this.#idle?.()
    }
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Owners and labels of everybody who waits, in the order of arrival. */
  waiting(): readonly Pick<Waiting, 'owner' | 'label' | 'kind'>[] {
    return this.#waiting
  }

  /** Places in the queue of calls whose owner is not in `frozen`. */
  ready(frozen: ReadonlySet<string>): number[] {
    return this.#waiting.flatMap(({ owner }, index) => frozen.has(owner) ? [] : [index])
  }

  /** Abandons everything an instance still wanted to do; its promises never settle. */
  abandon(owner: string) {
    for (let index = this.#waiting.length - 1; index >= 0; index -= 1) {
      if (this.#waiting[index]!.owner === owner) this.#waiting.splice(index, 1)
    }
  }

  /** Lets the call at `index` through and returns when everybody stands still again. */
  async release(index: number, fate: Fate): Promise<void> {
    const [chosen] = this.#waiting.splice(index, 1)
    if (!chosen) throw new RangeError(`nobody waits at ${index}`)
    const finished = new Promise<void>((resolve) => {
      this.#idle = resolve
    })
    chosen.release(fate)
    await finished
    await macrotask()
  }

  /** Lets what was just started run up to its first gate. */
  async settle(): Promise<void> {
    await macrotask()
  }
}
