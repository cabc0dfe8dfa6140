import { defineEventHandler } from 'h3'
import { callerOf } from '../utils/caller'
import { peekServices } from '../utils/use-services'

/** Notes who calls, so that calls made while a page is rendered count for the person who asked for the page. */
export default defineEventHandler((event) => {
  const services = peekServices()
  if (services) callerOf(event, services.config.trustedProxies)
})
