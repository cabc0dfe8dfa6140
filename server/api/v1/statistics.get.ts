import { defineApiHandler } from '../../utils/define-api-handler'
import { getPlatformStatistics } from '../../utils/endpoints/statistics'

export default defineApiHandler(getPlatformStatistics, ({ services }) => services.platformStatistics())
