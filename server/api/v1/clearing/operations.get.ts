import { defineApiHandler, signedIn } from '../../../utils/define-api-handler'
import { listOperations } from '../../../utils/endpoints/clearing'
import { wantsCsv } from '../../../utils/csv'
import { operationsCsv } from '../../../utils/operations-csv'

export default defineApiHandler(listOperations, async (request) => {
  const { address } = signedIn(request)
  const page = (query: typeof request.query) => request.services.listOperations({ address, query })
  return wantsCsv(request.event) ? await operationsCsv(page, request.query) : await page(request.query)
})
