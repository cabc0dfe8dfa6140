/** What the bench uses of autocannon, which brings no types. */
declare module 'autocannon' {
  export interface Request {
    readonly headers?: Readonly<Record<string, string>>
  }
  interface Options {
    readonly url: string
    readonly connections: number
    /** Seconds. */
    readonly duration: number
    readonly method?: 'GET' | 'POST'
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
    readonly requests?: readonly { readonly setupRequest: (request: Request) => Request }[]
  }
  interface Result {
    readonly requests: { readonly average: number, readonly total: number }
    readonly latency: { readonly p50: number, readonly p99: number }
    readonly non2xx: number
    readonly errors: number
    readonly timeouts: number
  }
  export default function autocannon(options: Options): Promise<Result>
}
