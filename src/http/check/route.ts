import multipart from '@fastify/multipart'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { PdfReader } from '../../documents/pdf-reader.ts'
import { sendPage } from '../pages/layout.ts'
import { sendProblemPage } from '../pages/problem-page.ts'
import { speechOf } from '../pages/speech.ts'
import { problemOf } from '../error-handler.ts'
import { ProblemError } from '../problem.ts'
import { PROBLEMS } from '../problem-table.ts'
import { dear, type Limits } from '../rate-limits.ts'
import { MAX_FILE } from './form.ts'
import type { CheckHouse } from './house.ts'
import { judgeFile } from './judge.ts'
import { checkScripts } from './scripts.ts'
import { askPage, checkedPage, problemPage } from './page.ts'
import type { CheckWords } from './words.ts'

/** Takes a file and answers with a page: what it is, and what its certificate is worth. Keeps nothing of it. */
export const checkRoute: FastifyPluginAsync<
  Omit<CheckHouse, 'reader'> & { readonly limits: Limits; readonly reader?: PdfReader }
> = async (app, { limits, reader = new PdfReader(), ...house }) => {
  app.addHook('onClose', () => reader.close())
  await app.register(multipart, {
    limits: { files: 1, fileSize: MAX_FILE, fields: 1, fieldSize: 1_000, parts: 2, headerPairs: 20 },
  })
  await app.register(checkScripts)
  app.setErrorHandler(asPage)

  app.get('/check', { schema: { hide: true } }, (request, reply) => {
    const speech = speechOf(request)
    return sendPage(request, reply, speech, askPage(speech))
  })

  app.post(
    '/check',
    { schema: { hide: true }, config: dear(limits), bodyLimit: MAX_FILE + 10_000 },
    async (request, reply) => {
      const speech = speechOf(request)
      const bytes = await fileIn(request)
      if (!bytes || bytes.length === 0)
        return sendPage(request, reply, speech, problemPage(speech, 'none', 422))
      const checked = await judgeFile({ ...house, reader }, bytes)
      return sendPage(request, reply, speech, checkedPage(speech, checked))
    },
  )
}

/** The file that a form carries; `undefined` where it carries none, or ends in the middle. */
async function fileIn(request: FastifyRequest): Promise<Buffer | undefined> {
  if (!request.isMultipart()) return undefined
  try {
    const file = await request.file()
    const bytes = await file?.toBuffer()
    // Whether the plugin itself notices hangs on how the last pieces arrive.
    if (file?.file.truncated) throw new ProblemError('body-too-large')
    return bytes
  } catch (error) {
    // What the plugin itself refuses has a status; what its parser stumbles over has none.
    if (error instanceof ProblemError || (error instanceof Error && 'statusCode' in error)) throw error
    return undefined
  }
}

const KNOWN: Readonly<Record<number, keyof CheckWords['problems']>> = {
  400: 'nothing',
  413: 'too-large',
  415: 'none',
  429: 'too-many',
}

/** What went wrong on the way to the file, in the reader's words. */
function asPage(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status } = PROBLEMS[problemOf(error).kind]
  const known = KNOWN[status]
  if (known === undefined) return sendProblemPage(error, request, reply)
  const speech = speechOf(request)
  return sendPage(request, reply, speech, problemPage(speech, known, status))
}
