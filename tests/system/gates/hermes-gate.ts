import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GateOwner } from './postgres-gate'

const isRun = (body: string) => {
  const { argv = [] } = JSON.parse(body || '{}') as { argv?: string[] }
  return argv.includes('tx') || (argv.includes('clear') && argv.includes('packets'))
}

/**
 * A proxy between one instance's Hermes commands and the sandbox. The trap's `before`: the command was started and has
 * done nothing; `after`: it has begun to work. What the command does after its instance died is for the app to end.
 */
export async function openHermesGate(upstreamUrl: string, owner: GateOwner): Promise<{ readonly port: number, readonly close: () => Promise<void> }> {
  const server = http.createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => body += text).on('end', () => {
      const trap = request.url === '/sandbox/run' && isRun(body) && owner.trap()?.place.at === 'hermes' ? owner.trap() : undefined
      const dies = () => trap?.spring(owner.name, 'the start of Hermes')
      if (trap?.moment === 'before' && dies()) return owner.kill()
      const upstream = http.request(`${upstreamUrl}${request.url}`, { method: request.method, headers: request.headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.on('data', (chunk: Buffer) => {
          if (trap?.moment === 'after' && dies()) owner.kill()
          response.write(chunk)
        })
        answer.on('end', () => response.end())
        answer.on('error', () => response.destroy())
      })
      upstream.on('error', () => response.destroy())
      response.on('close', () => upstream.destroy())
      upstream.end(body)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
