import { z } from 'zod'
import type { ProviderSettings } from '../http/desk/provider.ts'
import { readEventStoreDbUrl } from '../log/eventstoredb-url.ts'
import { EXIT, ExitError } from './exit-codes.ts'

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

/** Says what is wrong with a URL of PostgreSQL without repeating it: it may hold a password. */
function postgresUrl(text: string, context: z.RefinementCtx): void {
  const url = URL.parse(text)
  const message =
    url === null || !/^postgres(ql)?:$/.test(url.protocol)
      ? 'is not a URL such as postgres://registry:password@localhost/personal?sslmode=verify-full'
      : url.pathname.length < 2
        ? 'names no database: it ends in /personal, for example'
        : url.hostname.includes(',')
          ? 'names several hosts; name one, the address that always leads to the primary'
          : undefined
  if (message !== undefined) context.addIssue({ code: 'custom', message })
}

/** Likewise of EventStoreDB. */
function eventStoreUrl(text: string, context: z.RefinementCtx): void {
  try {
    readEventStoreDbUrl(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof TypeError ? error.message : 'is no URL' })
  }
}

/** Where the registry is reached from outside; answers it without a slash at its end, so that paths can follow. */
const publicUrl = z.string().transform((text, context) => {
  const url = URL.parse(text)
  if (url && /^https?:$/.test(url.protocol) && `${url.username}${url.search}${url.hash}` === '')
    return url.href.replace(/\/+$/, '')
  context.addIssue({ code: 'custom', message: 'is not a URL such as https://registry.example.org' })
  return z.NEVER
})

const LOCAL = ['localhost', '127.0.0.1', '[::1]']

/** An OpenID provider's issuer, letter for letter: what it calls itself must be the same. Plain HTTP within one machine. */
function oidcIssuer(text: string, context: z.RefinementCtx): void {
  const url = URL.parse(text)
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOCAL.includes(url.hostname))
  const message =
    url === null || !isSafe || `${url.username}${url.password}${url.search}${url.hash}` !== ''
      ? 'is not a URL such as https://accounts.example.org (http:// only on localhost)'
      : url.pathname.includes('/.well-known/')
        ? 'is the issuer alone, without /.well-known/ and what follows'
        : undefined
  if (message !== undefined) context.addIssue({ code: 'custom', message })
}

const OIDC_NEEDS = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL'] as const

/** Half a provider is none: a name that was mistyped must not leave people before a desk without the way they know. */
function wholeProvider(config: z.infer<typeof schema>, context: z.RefinementCtx): void {
  const given = [...OIDC_NEEDS, 'OIDC_KEY_CLAIM' as const].find(
    (name) => name !== 'PUBLIC_URL' && config[name] !== undefined,
  )
  if (given === undefined) return
  for (const name of OIDC_NEEDS)
    if (config[name] === undefined)
      context.addIssue({ code: 'custom', path: [name], message: `is missing; ${given} is set and needs it` })
}

/** PEM texts by `issuer#keyId`, as a JSON object. What is wrong is said without the text: it holds private keys. */
const signingKeys = z.string().transform((text, context) => {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(text))
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON object of PEM texts by issuer#keyId' })
    return z.NEVER
  }
})

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
/** More would not fit into a timer. */
const MAX_DAYS = 24

/** `24h`, `30m`, `10s`, `7d` in milliseconds; `never` is `undefined`. */
const interval = z.string().transform((text, context) => {
  if (text === 'never') return undefined
  const [, count = '', unit = ''] = /^([1-9][0-9]{0,4})([smhd])$/.exec(text) ?? []
  const ms = Number(count) * (Object.entries(UNITS).find(([name]) => name === unit)?.[1] ?? 0)
  if (ms > 0 && ms <= MAX_DAYS * UNITS.d) return ms
  context.addIssue({
    code: 'custom',
    message: `is not a time such as 24h, 30m or 7d (${MAX_DAYS}d at most), or never`,
  })
  return z.NEVER
})

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  DATA_DIR: z.string().min(1).default('./data'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  TRUST_PROXY: flag.default(false),
  RATE_LIMIT_PER_KEY: z.coerce.number().int().min(1).default(6_000),
  RATE_LIMIT_PER_ADDRESS: z.coerce.number().int().min(1).default(600),
  PUBLIC_URL: publicUrl.optional(),
  SIGNING_KEYS: signingKeys.optional(),
  TLOG_KEY: z.string().min(1).optional(),
  TLOG_POLICY: z.string().min(1).optional(),
  WITNESS_KEY: z.string().min(1).optional(),
  CHECK_EVERY: interval.prefault('24h'),
  EVENTSTORE_URL: z.string().superRefine(eventStoreUrl).optional(),
  PERSONAL_URL: z.string().superRefine(postgresUrl).optional(),
  OIDC_ISSUER: z.string().superRefine(oidcIssuer).optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_KEY_CLAIM: z.string().min(1).optional(),
})
export type Config = z.infer<typeof schema>

/** The part of the settings that says where the registry keeps what it knows. */
export type Stores = Pick<Config, 'DATA_DIR' | 'PERSONAL_URL' | 'EVENTSTORE_URL'>

/** Reads the environment once. Throws a usage error that names the variable and what is wrong with it. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name]]))
  const read = schema.superRefine(wholeProvider).safeParse(given)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new ExitError(EXIT.usage, `${issue?.path.join('.')} ${issue?.message}`)
}

/** Where people sign in at the desk by OpenID Connect, if anywhere. */
export function providerOf(config: Config): ProviderSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = config
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined
  return { issuer, clientId, clientSecret, keyClaim: config.OIDC_KEY_CLAIM ?? 'registry_key' }
}
