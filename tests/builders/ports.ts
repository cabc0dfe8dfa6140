import net from 'node:net'

const localhost = '127.0.0.1'

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer().once('error', () => resolve(false))
    server.listen(port, localhost, () => server.close(() => resolve(true)))
  })
}

const [lowest, highest] = [12_000, 30_000]

/** First of `count` free ports in a row, below the range from which the kernel gives ports to clients: it stays free until somebody listens there. */
export async function freePortBase(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = lowest + Math.floor(Math.random() * (highest - lowest - count))
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
  throw new Error(`no ${count} free ports in a row between ${lowest} and ${highest}`)
}
