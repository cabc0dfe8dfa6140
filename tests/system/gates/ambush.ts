/** `before`: what passes is never passed on. `after`: it was passed on and done, and the answer never comes back. */
export type Moment = 'before' | 'after'

/** What an instance sends through a gate. */
export interface Passing {
  /** `call`: JSON-RPC. */
  readonly kind: 'statement' | 'commit' | 'call'
  /** SQL with its parameters, or the body of a call. */
  readonly text: string
  /** Earlier statements of the same transaction; of a COMMIT, all. */
  readonly transaction: readonly string[]
}

export type Point = (passing: Passing) => boolean

/** What to do with one passing: the gate calls `spring` at the moment, or `fail` when the moment cannot come any more. */
export interface Appointment {
  readonly moment: Moment
  readonly spring: () => void
  readonly fail: (reason: string) => void
}

/** Asked by a gate about all that passes it: the appointment for this passing, taken. */
export type Take = (passing: Passing) => Appointment | undefined

/** Waits for one point at any number of gates: whichever meets it first keeps the appointment, once. */
export class Ambush {
  #point: Point | undefined
  #appointment: Appointment | undefined

  /** Does `act` when the point passes next; resolves when it is done. */
  atNext(point: Point, moment: Moment, act: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#point = point
      this.#appointment = { moment, spring: () => void act().then(resolve, reject), fail: reason => reject(new Error(reason)) }
    })
  }

  readonly take: Take = (passing) => {
    if (!this.#point?.(passing)) return undefined
    const appointment = this.#appointment
    this.#point = this.#appointment = undefined
    return appointment
  }
}
