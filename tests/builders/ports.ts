import net from 'node:net'

const localhost = '127.0.0.1'

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer().once('error', () => resolve(false))
    server.listen(port, localhost, () => server.close(() => resolve(true)))
  })
}

/** A port that the kernel holds free now; whoever needs it later than at once takes one of `freePortBase`. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject).listen(0, localhost, () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** First of `count` free ports in a row (at most 30), below the range from which the kernel gives ports to clients. */
export async function freePortBase(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = 12_000 + Math.floor(Math.random() * 600) * 30
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
  throw new Error(`no ${count} free ports in a row between 12000 and 30000`)
}
