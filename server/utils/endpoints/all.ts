import type { Endpoint } from '../endpoint'
import * as admin from './admin'
import * as auth from './auth'
import * as chains from './chains'
import * as channels from './channels'
import * as clearing from './clearing'
import * as packets from './packets'
import * as receipts from './receipts'
import * as statistics from './statistics'

/** Every call of the API. */
export const allEndpoints: readonly Endpoint[] = [chains, packets, channels, clearing, receipts, auth, statistics, admin].flatMap(group => Object.values(group) as unknown as Endpoint[])

/** Methods that an address knows, upper case; none: there is nothing at that address. */
export function methodsAt(path: string): string[] {
  const parts = path.split('/')
  const fits = (pattern: string) => {
    const wanted = pattern.split('/')
    return wanted.length === parts.length && wanted.every((part, index) => part.startsWith('{') ? parts[index] !== '' : part === parts[index])
  }
  return allEndpoints.filter(known => fits(known.path)).map(known => known.method.toUpperCase())
}
