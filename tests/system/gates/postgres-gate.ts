import net from 'node:net'
import { messageReader, readBind, readFirstText, readParse, type Message } from './postgres-messages'
import { fits, type Statement, type Trap } from './trap'

export interface PostgresGate {
  /** DATABASE_URL of the one instance behind this gate. */
  readonly url: string
  /** While it holds, no transaction begins: what would begin waits here. */
  readonly holdTransactions: (hold: boolean) => void
  readonly holding: () => boolean
  /** Statements that fit, of those that went through. */
  readonly passed: (pattern: Parameters<typeof fits>[0]) => number
  readonly close: () => Promise<void>
}

export interface GateOwner {
  readonly name: string
  readonly trap: () => Trap | undefined
  /** Must signal the process at once. */
  readonly kill: () => void
}

const keptStatements = 20_000

/** A client's connection: what runs in its transaction, and which answer ends a watched statement. */
class Connection {
  private readonly statements = new Map<string, string>()
  private readonly portals = new Map<string, Statement>()
  private inTransaction: Statement[] = []
  /** Sync and Query messages sent: each is answered by one ReadyForQuery, and the start by one more. */
  private asked = 0
  private ready = -1
  private watched: { readonly until: number, readonly what: string, readonly withheld: Buffer[], failed: boolean } | undefined

  constructor(
    private readonly owner: GateOwner,
    private readonly toServer: (bytes: Buffer) => void,
    private readonly toClient: (bytes: Buffer) => void,
    private readonly dropAll: () => void,
    private readonly seen: Statement[],
  ) {}

  fromClient({ type, bytes }: Message): void {
    if (type === 'P') {
      const { name, text } = readParse(bytes)
      this.statements.set(name, text)
    }
    if (type === 'B') {
      const { portal, statement, parameters } = readBind(bytes)
      this.portals.set(portal, { text: this.statements.get(statement) ?? '', parameters })
    }
    if (type === 'S' || type === 'Q') this.asked += 1
    const statement = type === 'Q' ? { text: readFirstText(bytes), parameters: [] } : type === 'E' ? this.portals.get(readFirstText(bytes)) : undefined
    if (statement && this.meetsTrap(statement, type === 'Q' ? this.asked : this.asked + 1)) return
    this.toServer(bytes)
  }

  /** Whether the instance died here. */
  private meetsTrap(statement: Statement, answeredBy: number): boolean {
    const trap = this.owner.trap()
    const isEnd = /^\s*(commit|end)\b/i.test(statement.text)
    const wanted = trap?.sprungAt === undefined && trap !== undefined && this.isPlace(trap, statement, isEnd)
    if (/^\s*(begin|start transaction)\b/i.test(statement.text)) this.inTransaction = []
    else this.inTransaction.push(statement)
    this.seen.push(statement)
    if (this.seen.length > keptStatements) this.seen.splice(0, keptStatements / 2)
    if (!wanted) return false
    const what = `${isEnd ? 'COMMIT of ' : ''}${(isEnd && 'statement' in trap.place ? trap.place.statement.text.source : statement.text).replace(/\s+/g, ' ').slice(0, 120)}`
    if (trap.moment === 'before') {
      if (!trap.spring(this.owner.name, what)) return false
      this.owner.kill()
      this.dropAll()
      return true
    }
    this.watched ??= { until: answeredBy, what, withheld: [], failed: false }
    return false
  }

  private isPlace({ place }: Trap, statement: Statement, isEnd: boolean): boolean {
    if (place.at !== 'statement' && place.at !== 'commit') return false
    if (place.within && !this.inTransaction.some(earlier => fits(place.within!, earlier))) return false
    if (place.at === 'statement') return fits(place.statement, statement)
    return isEnd && this.inTransaction.some(earlier => fits(place.statement, earlier))
  }

  fromServer({ type, bytes }: Message): void {
    const { watched } = this
    if (type === 'Z') this.ready += 1
    if (!watched) return this.toClient(bytes)
    watched.withheld.push(bytes)
    if (type === 'E') watched.failed = true
    if (type !== 'Z' || this.ready < watched.until) return
    this.watched = undefined
    // A statement that failed, and one beside another instance's death, were not the place.
    if (!watched.failed && this.owner.trap()?.spring(this.owner.name, watched.what)) {
      this.owner.kill()
      return this.dropAll()
    }
    this.toClient(Buffer.concat(watched.withheld))
  }
}

const isBegin = ({ type, bytes }: Message) => (type === 'Q' ? /^\s*begin\b/i.test(readFirstText(bytes)) : type === 'P' && /^\s*begin\b/i.test(readParse(bytes).text))

/** A proxy between one instance and PostgreSQL that reads along, and kills the instance at the trap's statement. */
export async function openPostgresGate(databaseUrl: string, owner: GateOwner): Promise<PostgresGate> {
  const target = new URL(databaseUrl)
  const sockets = new Set<net.Socket>()
  const seen: Statement[] = []
  let holding = false
  const waiting: (() => void)[] = []
  const dropAll = () => {
    for (const socket of sockets) socket.destroy()
  }

  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port || 5432), target.hostname)
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(one)
      one.setNoDelay(true)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    const connection = new Connection(owner, bytes => void upstream.write(bytes), bytes => void client.write(bytes), dropAll, seen)
    const held: Message[] = []
    const letGo = () => {
      for (const message of held.splice(0)) connection.fromClient(message)
    }
    client.on('data', messageReader((message) => {
      if (client.destroyed) return
      if (held.length > 0 || (holding && isBegin(message))) {
        if (held.push(message) === 1) waiting.push(letGo)
      }
      else connection.fromClient(message)
    }, true))
    upstream.on('data', messageReader(message => connection.fromServer(message), false))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as net.AddressInfo).port)
  return {
    url: url.toString(),
    holdTransactions: (hold) => {
      holding = hold
      if (!hold) for (const letGo of waiting.splice(0)) letGo()
    },
    holding: () => holding,
    passed: pattern => seen.filter(statement => fits(pattern, statement)).length,
    close: async () => {
      dropAll()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
