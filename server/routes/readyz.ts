import { defineEventHandler, setResponseHeader, setResponseStatus } from 'h3'
import { peekServices } from '../utils/use-services'

/** 200 when database and migrations are in order, else 503; chains, relayer, lag and balances are in the body. */
export default defineEventHandler(async (event) => {
  setResponseHeader(event, 'cache-control', 'no-store')
  const body = await peekServices()?.readiness() ?? { ready: false, database: 'unreachable' }
  setResponseStatus(event, body.ready ? 200 : 503)
  return body
})
