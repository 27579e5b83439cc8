import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { problemOf, sendProblem } from '../error-handler.ts'
import { PROBLEMS } from '../problem-table.ts'
import { problemIn } from './problem-words/problem-words.ts'
import { sendPage } from './layout.ts'
import { missingPage } from './other-pages.ts'
import { speechOf } from './speech.ts'

/** What a person's browser asks for outside the API. */
const wantsPage = ({ method, headers, url }: FastifyRequest): boolean =>
  method === 'GET' && (headers.accept?.includes('text/html') ?? false) && !url.startsWith('/api/')

/** As `sendProblem`, and as a page for who reads with a browser: what is wrong, and a way on. */
export function sendProblemPage(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { kind, message } = problemOf(error)
  const { status } = PROBLEMS[kind]
  // What went wrong inside is logged and told by the one place that does.
  if (!wantsPage(request) || status >= 500) return sendProblem(error, request, reply)
  const speech = speechOf(request)
  const [title, mend] = problemIn(speech.language, kind)
  // What the server says beyond the problem's own words is English.
  const hint = speech.language === 'en' ? message : mend
  const page = kind === 'not-found' ? { title: speech.words.nothingHere, status } : { title, hint, status }
  return sendPage(request, reply, speech, missingPage(speech, page))
}
