import { csvFile, wantsCsv } from '../../../utils/csv'
import { defineApiHandler } from '../../../utils/define-api-handler'
import { getRevenue } from '../../../utils/endpoints/admin'

export default defineApiHandler(getRevenue, async ({ services, query, event }) => {
  const revenue = await services.adminLooks.revenue(query)
  if (!wantsCsv(event)) return revenue
  return csvFile('revenue.csv', [
    ['day', row => row.day], ['chain_id', row => row.chainId], ['denom', row => row.denom], ['fees_base_units', row => row.fees],
    ['refunds_paid_base_units', row => row.refundsPaid], ['gas_base_units', row => row.gas], ['margin_base_units', row => row.margin],
  ], revenue.items)
})
