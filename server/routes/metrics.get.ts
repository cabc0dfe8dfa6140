import { defineEventHandler, setResponseHeaders } from 'h3'
import { sendRefusal } from '../utils/send-refusal'
import { useServices } from '../utils/use-services'

export default defineEventHandler(async (event) => {
  try {
    const { contentType, text } = await useServices().metricsText()
    setResponseHeaders(event, { 'content-type': contentType, 'cache-control': 'no-store' })
    return text
  }
  catch (error) {
    return sendRefusal(event, error, 'GET /metrics')
  }
})
