/** A statement as it went to PostgreSQL: its text, and its parameters as text. */
export interface Statement {
  readonly text: string
  readonly parameters: readonly string[]
}

export interface StatementPattern {
  readonly text: RegExp
  /** One of its parameters. */
  readonly parameter?: string
}

/**
 * Where an instance is to die. `within`: a statement that must have run before in the same transaction. `lostBefore`: so
 * many broadcasts are answered and never sent on first.
 */
export type TrapPlace
  = | { readonly at: 'statement' | 'commit', readonly statement: StatementPattern, readonly within?: StatementPattern }
    | { readonly at: 'broadcast', readonly lostBefore: number }
    | { readonly at: 'hermes' }

/** `before`: nothing of it reaches the other side. `after`: it was done, and its answer never comes back. */
export type Moment = 'before' | 'after'

export const fits = (pattern: StatementPattern, { text, parameters }: Statement) => pattern.text.test(text) && (pattern.parameter === undefined || parameters.includes(pattern.parameter))

/** One trap for all gates of a world: the first instance that comes to the place dies there, once. */
export class Trap {
  /** What the instance was about to do, or had just done, when it died; undefined until then. */
  sprungAt: string | undefined
  private lost = 0
  private tell: (instance: string) => void = () => {}
  /** Name of the instance that died. */
  readonly sprung = new Promise<string>((resolve) => {
    this.tell = resolve
  })

  constructor(readonly place: TrapPlace, readonly moment: Moment) {}

  /** Whether a broadcast is to be lost on its way: answered as accepted, and never sent on. */
  losesBroadcast(): boolean {
    if (this.place.at !== 'broadcast' || this.lost >= this.place.lostBefore) return false
    this.lost += 1
    return true
  }

  /** True for the first caller only: it must kill its instance in the same turn. */
  spring(instance: string, what: string): boolean {
    if (this.sprungAt !== undefined) return false
    this.sprungAt = `${instance}, ${this.moment} ${what}`
    this.tell(instance)
    return true
  }
}
