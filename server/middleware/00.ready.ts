import { defineEventHandler } from 'h3'
import { servicesReady } from '../utils/use-services'

const longestWaitMs = 20_000

/** Nitro serves before its plugins are done: requests wait for the boot, except the one that asks whether we live. */
export default defineEventHandler(async (event) => {
  if (event.path.split('?')[0] !== '/healthz') await servicesReady(longestWaitMs)
})
