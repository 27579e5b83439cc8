import { z } from 'zod'
import { EXIT, ExitError } from './exit-codes.ts'

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  DATA_DIR: z.string().min(1).default('./data'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  TRUST_PROXY: flag.default(false),
  RATE_LIMIT_PER_KEY: z.coerce.number().int().min(1).default(6_000),
  RATE_LIMIT_PER_ADDRESS: z.coerce.number().int().min(1).default(600),
  EVENTSTORE_URL: z.undefined({ error: 'is not supported yet; this release keeps its log in DATA_DIR' }),
  PERSONAL_URL: z.undefined({ error: 'is not supported yet; this release keeps personal data in DATA_DIR' }),
})
export type Config = z.infer<typeof schema>

/** Reads the environment once. Throws a usage error that names the variable and what is wrong with it. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name]]))
  const read = schema.safeParse(given)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new ExitError(EXIT.usage, `${issue?.path.join('.')} ${issue?.message}`)
}
