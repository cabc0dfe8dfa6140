import { once } from 'node:events'
import WebSocket from 'ws'
import { updatesMessageSchema, type OperationEventDto } from '../../shared/schemas/clearing'

/** A client of live updates; resolves when it is subscribed. */
export async function watchUpdates(url: string, token: string, afterEventId = '0'): Promise<{ readonly events: readonly OperationEventDto[], readonly close: () => void }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/ws/clearing-updates`)
  const events: OperationEventDto[] = []
  await once(socket, 'open')
  const subscribed = new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      const message = updatesMessageSchema.parse(JSON.parse(data.toString()))
      if (message.type === 'event') events.push(message.event)
      if (message.type === 'subscribed') resolve()
      if (message.type === 'error') reject(new Error(message.detail))
    })
    socket.on('close', () => reject(new Error('the socket was closed')))
  })
  socket.send(JSON.stringify({ subscribe: token, afterEventId }))
  await subscribed
  return { events, close: () => socket.terminate() }
}
