import { ClearingService } from '~/services/clearing'

let browserService: ClearingService | undefined

/** The API client: one per browser; while rendering on the server, one per request that carries its cookies. */
export function useApi(): ClearingService {
  if (import.meta.client) return browserService ??= new ClearingService({ baseUrl: '' })
  const event = useRequestEvent()
  return new ClearingService({ fetch: event ? (input, init) => event.fetch(String(input), init) : undefined })
}
