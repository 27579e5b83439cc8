import { z } from 'zod'

/**
 * The ID of an organization, a session, an issuer and what belongs to them (`state-fund`): lower-case letters, digits
 * and single hyphens between them, up to 64 characters. It never changes, stands in stream names and URLs, and holds no
 * personal data.
 */
export const slug = z
  .string()
  .max(64, 'is longer than 64 characters')
  .regex(
    /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
    'holds other than lower-case letters, digits and single hyphens; write it as state-fund',
  )
