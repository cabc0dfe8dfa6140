export const hermesFaultModes = ['emptySuccess', 'hang', 'dieMidway', 'garbage', 'otherRelayerFirst', 'slow', 'down'] as const
type HermesFaultMode = typeof hermesFaultModes[number]

export interface HermesFault {
  readonly mode: HermesFaultMode
  readonly delayMs?: number
}

/** What the next relaying runs suffer; each counts down, or lasts until cleared. */
export class HermesFaults {
  private active: { readonly fault: HermesFault, remaining: number }[] = []

  add(fault: HermesFault, count?: number): void {
    this.active.push({ fault, remaining: count ?? Number.POSITIVE_INFINITY })
  }

  clear(): void {
    this.active = []
  }

  /** Neither the command nor REST gets an answer. */
  get down(): boolean {
    return this.active.some(({ fault }) => fault.mode === 'down')
  }

  take(): HermesFault | undefined {
    const first = this.active[0]
    if (!first) return undefined
    first.remaining -= 1
    if (first.remaining <= 0) this.active.shift()
    return first.fault
  }

  describe(): unknown {
    return this.active.map(({ fault, remaining }) => ({ ...fault, ...(Number.isFinite(remaining) ? { remaining } : {}) }))
  }
}
