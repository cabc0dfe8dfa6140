/** One message of PostgreSQL's protocol 3: its type, and its bytes with type and length. */
export interface Message {
  readonly type: string
  readonly bytes: Buffer
}

/** Cuts a stream into messages. The first message of a client has no type: it is called `startup`. */
export function messageReader(onMessage: (message: Message) => void, fromClient: boolean): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let started = !fromClient
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const typeLength = started ? 1 : 0
      if (rest.length < typeLength + 4) return
      const size = typeLength + rest.readInt32BE(typeLength)
      if (rest.length < size) return
      const bytes = rest.subarray(0, size)
      rest = rest.subarray(size)
      const type = started ? String.fromCharCode(bytes[0]!) : 'startup'
      started = true
      onMessage({ type, bytes })
    }
  }
}

/** Reads the fields of a message from behind its type and length. */
class Fields {
  private at = 5

  constructor(private readonly bytes: Buffer) {}

  text(): string {
    const end = this.bytes.indexOf(0, this.at)
    const text = this.bytes.toString('utf8', this.at, end)
    this.at = end + 1
    return text
  }

  int16(): number {
    this.at += 2
    return this.bytes.readInt16BE(this.at - 2)
  }

  /** A value with its length before it; null has the length -1. */
  value(): string | null {
    const length = this.bytes.readInt32BE(this.at)
    this.at += 4
    if (length < 0) return null
    this.at += length
    return this.bytes.toString('utf8', this.at - length, this.at)
  }
}

/** SQL of a Query, or the name of the portal that an Execute runs. */
export function readFirstText(bytes: Buffer): string {
  return new Fields(bytes).text()
}

export function readParse(bytes: Buffer): { readonly name: string, readonly text: string } {
  const fields = new Fields(bytes)
  return { name: fields.text(), text: fields.text() }
}

export function readBind(bytes: Buffer): { readonly portal: string, readonly statement: string, readonly parameters: readonly string[] } {
  const fields = new Fields(bytes)
  const [portal, statement] = [fields.text(), fields.text()]
  for (let formats = fields.int16(); formats > 0; formats--) fields.int16()
  const parameters = Array.from({ length: fields.int16() }, () => fields.value()).filter(value => value !== null)
  return { portal, statement, parameters }
}
