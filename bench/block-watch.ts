import WebSocket from 'ws'
import type { LocalChain } from '../tests/localnet/harness/facts'
import { commitmentsOf } from '../tests/localnet/harness/witness'

/** How often the source chain is asked what is still pending; the resolution of every time measured here. */
export const pollEveryMs = 25
const waitLimitMs = 120_000

interface NewBlock { readonly result?: { readonly data?: { readonly value: { readonly block: { readonly header: { readonly height: string } } } } } }

/** Watches one chain from outside the app: when each block arrived, and when commitments were gone, on one clock (ms). */
export class BlockWatch {
  readonly #arrivals = new Map<bigint, number>()
  #waiting: ((height: bigint) => void)[] = []

  private constructor(private readonly chain: LocalChain, private readonly socket: WebSocket) {
    socket.on('message', (raw: Buffer) => {
      const arrivedAt = Date.now()
      const block = (JSON.parse(raw.toString()) as NewBlock).result?.data?.value.block
      if (!block) return
      const height = BigInt(block.header.height)
      this.#arrivals.set(height, arrivedAt)
      for (const wake of this.#waiting.splice(0)) wake(height)
    })
  }

  static async open(chain: LocalChain): Promise<BlockWatch> {
    const socket = new WebSocket(`${chain.rpc.replace('http', 'ws')}/websocket`)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    const watch = new BlockWatch(chain, socket)
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscribe', params: { query: 'tm.event=\'NewBlock\'' } }))
    return watch
  }

  /** The next block's height, in the moment it arrives. */
  async nextBlock(): Promise<bigint> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`no block of ${this.chain.id} within ${waitLimitMs} ms`)), waitLimitMs)
      this.#waiting.push((height) => {
        clearTimeout(limit)
        resolve(height)
      })
    })
  }

  async passBlocks(count: number): Promise<void> {
    for (let block = 0; block < count; block++) await this.nextBlock()
  }

  /** When the block arrived here, waiting for it where it has not yet. */
  async arrivalOf(height: bigint): Promise<number> {
    while (!this.#arrivals.has(height)) await this.nextBlock()
    return this.#arrivals.get(height)!
  }

  /** The moment in which none of these sequences is pending any more. */
  async goneAt(sequences: readonly bigint[]): Promise<number> {
    const end = Date.now() + waitLimitMs
    for (;;) {
      const asked = Date.now()
      const pending = new Set(await commitmentsOf(this.chain))
      if (sequences.every(sequence => !pending.has(sequence))) return Date.now()
      if (asked > end) throw new Error(`sequences ${sequences.join(',')} are still pending after ${waitLimitMs} ms`)
      await new Promise(resolve => setTimeout(resolve, Math.max(0, asked + pollEveryMs - Date.now())))
    }
  }

  close(): void {
    this.socket.close()
  }
}
