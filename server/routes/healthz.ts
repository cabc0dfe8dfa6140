import { defineEventHandler, setResponseHeader } from 'h3'

/** The process answers; nothing else is asked. */
export default defineEventHandler((event) => {
  setResponseHeader(event, 'cache-control', 'no-store')
  return { alive: true }
})
