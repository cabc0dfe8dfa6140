import { defineEventHandler, setResponseHeader } from 'h3'
import { openApiDocument } from '../utils/openapi'
import { sendRefusal } from '../utils/send-refusal'
import { useServices } from '../utils/use-services'

let written: { readonly publicUrl: string, readonly document: object } | undefined

export default defineEventHandler((event) => {
  try {
    const { publicUrl } = useServices().config
    if (written?.publicUrl !== publicUrl) written = { publicUrl, document: openApiDocument(publicUrl, '1') }
    setResponseHeader(event, 'cache-control', 'public, max-age=300')
    return written.document
  }
  catch (error) {
    return sendRefusal(event, error, 'GET /openapi.json')
  }
})
