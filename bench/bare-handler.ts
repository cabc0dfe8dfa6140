import { randomUUID } from 'node:crypto'
import http from 'node:http'
import postgres from 'postgres'

/** bare-handler.ts DATABASE_URL PORT: the least a handler can do. POST: one INSERT of a row like a token's. GET /<id>: one SELECT. */
const [databaseUrl, port] = process.argv.slice(2)
const sql = postgres(databaseUrl!)
await sql`create table if not exists bare (id uuid primary key, body jsonb not null, created_at timestamptz not null default now())`

async function bodyOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function answer(request: http.IncomingMessage): Promise<unknown> {
  if (request.method === 'POST') {
    const id = randomUUID()
    await sql`insert into bare (id, body) values (${id}, ${sql.json(JSON.parse(await bodyOf(request)))})`
    return { id }
  }
  const [row] = await sql`select id, body, created_at from bare where id = ${request.url!.slice(1)}`
  return row
}

const server = http.createServer((request, response) => {
  answer(request).then(
    body => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  )
})
server.listen(Number(port), '127.0.0.1', () => console.log('ready'))
