import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'

const DESCRIPTION =
  'Record, verify and replay certificates and awards. Errors are RFC 9457 problems; see /problems.'

/** swagger-ui's page names no viewport, so a telephone would show it as wide as a desk's and unreadably small. */
const VIEWPORT = `const viewport = document.createElement('meta')
viewport.name = 'viewport'
viewport.content = 'width=device-width, initial-scale=1'
document.head.append(viewport)
`

/** Wide examples scroll in their own boxes and long paths break, so that the page itself is never wider than a telephone. */
const NARROW = `@media (max-width: 640px) {
  .swagger-ui .wrapper { padding: 0 8px }
  .swagger-ui .opblock-summary { flex-wrap: wrap }
  .swagger-ui .opblock-summary-path, .swagger-ui .opblock-summary-description { overflow-wrap: anywhere }
  .swagger-ui .opblock-summary-path { max-width: calc(100% - 110px) }
  .swagger-ui .parameters-container, .swagger-ui .responses-inner { overflow-x: auto }
}
`

/** The one style that swagger-ui's script puts into its page, by its hash. A new version may have another: look at the console. */
const SWAGGER_STYLE = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='"

/**
 * Only this server's own files, and no inline script. Plain HTTP stays plain HTTP: `upgrade-insecure-requests`, which
 * swagger-ui sets itself, leaves the page blank wherever there is no TLS but on localhost. Requests tried out go to
 * the public address, which may be another name of this server.
 */
const policy = (publicUrl: string | undefined) => ({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': ["'self'", SWAGGER_STYLE],
  'img-src': ["'self'", 'data:'],
  'font-src': "'self'",
  'connect-src': publicUrl === undefined ? "'self'" : ["'self'", new URL(publicUrl).origin],
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
})

/** The OpenAPI 3.1 document at /openapi.json and its page for people at /docs. Register it before the routes. */
export async function reference(
  app: FastifyInstance,
  { version, publicUrl }: { readonly version: string; readonly publicUrl?: string | undefined },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Certificate registry', version, description: DESCRIPTION },
      ...(publicUrl !== undefined && { servers: [{ url: publicUrl }] }),
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An access key.' } },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: policy(publicUrl),
    transformSpecificationClone: false,
    theme: {
      title: 'Certificate registry: API reference',
      js: [{ filename: 'viewport.js', content: VIEWPORT }],
      css: [{ filename: 'narrow.css', content: NARROW }],
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => reply.send(app.swagger()))
}
