import { DomainError } from '../domain/errors'
import type { Services } from '../services-type'

let current: Services | undefined
let boot: Promise<unknown> | undefined

/** Called by the boot: requests wait for the promise, as Nitro does not await its plugins. */
export function setServicesReady(ready: Promise<unknown>): void {
  boot = ready
  // The boot itself decides what a failure means; here it only must not count as unhandled.
  ready.catch(() => {})
}

export function setServices(services: Services | undefined): void {
  current = services
}

/** Throws DomainError('not_ready') while the app is still starting. */
export function useServices(): Services {
  if (!current) throw new DomainError('not_ready', 'The app is still starting.')
  return current
}

/** The services if the app has started. */
export function peekServices(): Services | undefined {
  return current
}

/** Resolves once the boot is over, at the latest after `timeLimitMs`; whether it succeeded shows in useServices(). */
export async function servicesReady(timeLimitMs: number): Promise<void> {
  if (current || !boot) return
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeLimitMs)
  })
  await Promise.race([boot.then(() => {}, () => {}), limit])
  clearTimeout(timer)
}
