import type { Chain } from './chain/chain'

export interface BlockTimer {
  /** Undefined: blocks are made by hand. */
  readonly blockTimeMs: number | undefined
  setBlockTime(chainId: string | undefined, blockTimeMs: number): void
  halt(chainId: string): void
  resume(chainId: string): void
  isHalted(chainId: string): boolean
  /** Makes blocks at once, whatever the timer does; each `stepMs` after the one before, or now. */
  advance(chainIds: readonly string[], count: number, stepMs?: number): void
  stop(): void
}

/** Makes blocks at the wall clock's pace. The chains tick half a block apart, as strangers do. */
export function startBlockTimer(chains: readonly Chain[], blockTimeMs: number | undefined, nowMs: () => number): BlockTimer {
  const halted = new Set<string>()
  const times = new Map(chains.map(chain => [chain.spec.chainId, blockTimeMs]))
  const timers = new Map<string, NodeJS.Timeout>()
  const nowNs = (): bigint => BigInt(nowMs()) * 1_000_000n

  const schedule = (chain: Chain, delayMs: number): void => {
    const { chainId } = chain.spec
    timers.set(chainId, setTimeout(() => {
      if (!halted.has(chainId)) chain.produceBlock(nowNs())
      schedule(chain, times.get(chainId) ?? delayMs)
    }, delayMs))
  }
  const restart = (chain: Chain, firstDelayMs: number | undefined): void => {
    clearTimeout(timers.get(chain.spec.chainId))
    if (firstDelayMs !== undefined) schedule(chain, firstDelayMs)
  }
  if (blockTimeMs !== undefined) for (const [index, chain] of chains.entries()) restart(chain, blockTimeMs * (1 + index / chains.length))

  return {
    blockTimeMs,
    setBlockTime(chainId, newTimeMs) {
      for (const chain of chains) {
        if (chainId !== undefined && chain.spec.chainId !== chainId) continue
        times.set(chain.spec.chainId, newTimeMs > 0 ? newTimeMs : undefined)
        restart(chain, times.get(chain.spec.chainId))
      }
    },
    halt: chainId => halted.add(chainId),
    resume: chainId => halted.delete(chainId),
    isHalted: chainId => halted.has(chainId),
    advance(chainIds, count, stepMs) {
      for (let made = 0; made < count; made++) {
        for (const chain of chains) {
          if (!chainIds.includes(chain.spec.chainId)) continue
          const last = chain.latest?.header.timeNs ?? nowNs()
          chain.produceBlock(stepMs === undefined ? nowNs() : last + BigInt(Math.round(stepMs)) * 1_000_000n)
        }
      }
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
