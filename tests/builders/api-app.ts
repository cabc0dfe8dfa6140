import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import wsAdapter from 'crossws/adapters/node'
import { createApp, createRouter, type EventHandler, toNodeListener } from 'h3'
import type { Services } from '../../server/services-type'
import { socketOptions } from '../../server/utils/update-sessions'
import { setServices } from '../../server/utils/use-services'

const routeFiles = import.meta.glob<EventHandler>(['../../server/api/**/*.ts', '../../server/routes/**/*.ts'], { eager: true, import: 'default' })
const middlewareFiles = import.meta.glob<EventHandler>('../../server/middleware/*.ts', { eager: true, import: 'default' })

export interface ServedRoute {
  readonly path: string
  readonly method: 'get' | 'post' | 'delete' | undefined
  readonly handler: EventHandler
}

/** The routes as Nitro reads them from the file names. */
export const servedRoutes: readonly ServedRoute[] = Object.entries(routeFiles).map(([file, handler]) => {
  const name = file.replace(/^.*\/server(?:\/routes)?/, '').replace(/\.ts$/, '')
  const method = /\.(get|post|delete)$/.exec(name)?.[1] as ServedRoute['method']
  const path = name.replace(/\.(?:get|post|delete)$/, '').replace(/\/index$/, '').replace('[...]', '**').replace(/\[(\w+)\]/g, ':$1')
  return { path, method, handler }
})

export interface RunningApp {
  readonly url: string
  readonly server: Server
  readonly close: () => Promise<void>
}

/** The handlers on a port of their own, wired as Nitro wires them, over the given services. */
export async function startApi(services: Services): Promise<RunningApp> {
  setServices(services)
  const app = createApp({ websocket: socketOptions })
  for (const [, handler] of Object.entries(middlewareFiles).sort(([a], [b]) => a.localeCompare(b))) app.use(handler)
  const router = createRouter({ preemptive: true })
  for (const { path, method, handler } of servedRoutes) router.use(path, handler, method)
  app.use(router)
  const server = createServer(toNodeListener(app))
  const sockets = wsAdapter(app.websocket)
  server.on('upgrade', (request, socket, head) => void sockets.handleUpgrade(request, socket, head))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    close: () => new Promise((resolve) => {
      setServices(undefined)
      sockets.closeAll(1001, undefined, true)
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}
