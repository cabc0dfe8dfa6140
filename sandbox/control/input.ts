import { parseAmount } from '../../shared/utils/coin'
import type { AccountName } from '../accounts'
import { isAccountName } from '../accounts'

/** A control call that cannot be done: answered with 400 and this text. */
export class ControlError extends Error {}

/** Checked access to the JSON body of a control call. */
export class ControlInput {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  has(name: string): boolean {
    return this.values[name] !== undefined
  }

  raw(name: string): unknown {
    return this.values[name]
  }

  text(name: string, fallback?: string): string {
    const value = this.values[name] ?? fallback
    if (typeof value !== 'string') throw new ControlError(`${name} must be a text`)
    return value
  }

  number(name: string, fallback?: number): number {
    const value = this.values[name] ?? fallback
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new ControlError(`${name} must be a number`)
    return value
  }

  flag(name: string, fallback = false): boolean {
    const value = this.values[name] ?? fallback
    if (typeof value !== 'boolean') throw new ControlError(`${name} must be true or false`)
    return value
  }

  amount(name: string, fallback?: string): bigint {
    const amount = parseAmount(this.text(name, fallback))
    if (amount === undefined) throw new ControlError(`${name} must be base units as a text of digits`)
    return amount
  }

  account(name: string, fallback?: AccountName): AccountName {
    const value = this.values[name] ?? fallback
    if (!isAccountName(value)) throw new ControlError(`${name} must be the name of an account`)
    return value
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
    const value = this.values[name] ?? fallback
    const found = choices.find(choice => choice === value)
    if (found === undefined) throw new ControlError(`${name} must be one of ${choices.join(', ')}`)
    return found
  }

  sequences(name: string): bigint[] | undefined {
    const value = this.values[name]
    if (value === undefined) return undefined
    if (!Array.isArray(value)) throw new ControlError(`${name} must be a list of sequences`)
    return value.map((item) => {
      const text = String(item)
      if (!/^\d{1,20}$/.test(text)) throw new ControlError(`${name} must be a list of sequences`)
      return BigInt(text)
    })
  }
}
