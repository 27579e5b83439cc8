/** What the benches use of autocannon, which brings no types. */
declare module 'autocannon' {
  namespace autocannon {
    type Request = {
      readonly method?: 'GET' | 'POST'
      readonly path?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
    type Options = {
      readonly url: string
      readonly duration: number
      readonly connections: number
      readonly overallRate?: number
      readonly requests?: readonly { readonly setupRequest: (request: Request) => Request }[]
    }
    type Result = {
      readonly '2xx': number
      readonly non2xx: number
      readonly errors: number
      readonly duration: number
      readonly latency: { readonly p50: number; readonly p99: number }
    }
  }
  function autocannon(options: autocannon.Options): Promise<autocannon.Result>
  export default autocannon
}
