import { openDatabase } from '../../server/adapters/postgres/database'
import { makeClearRoute } from '../../server/usecases/clear-route'
import type { ChannelEnd } from '../../shared/utils/packet-id'
import { openClearing, type ClearingPlace } from './clear-route.world'

// An instance of its own, to be killed: says "ready", then clears the route once when told so.
const { databaseUrl, place, route } = JSON.parse(process.argv[2]!) as { databaseUrl: string, place: ClearingPlace, route: ChannelEnd }
const database = openDatabase(databaseUrl, { poolSize: 4 })
void openClearing(place, database.db).then(({ deps }) => {
  const clearRoute = makeClearRoute(deps)
  process.stdin.once('data', () => void clearRoute(route).then(() => process.stdout.write('done\n')))
  process.stdout.write('ready\n')
})
