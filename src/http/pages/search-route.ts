import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { plainDate } from '../../domain/date.ts'
import type { RegisteredIssuer } from '../../domain/issuer.ts'
import type { ConvenedSession } from '../../domain/session.ts'
import { slug } from '../../domain/slug.ts'
import type { LocalizedText } from '../../domain/text.ts'
import { STATUSES } from '../../domain/verdict.ts'
import { searchRegistry, UnreadableCursorError } from '../../projections/search-query.ts'
import { readStatistics } from '../../projections/statistics.ts'
import { listCertificates, verdictOn } from '../../queries/certificates.ts'
import { listDocuments } from '../../queries/documents.ts'
import type { ReadModel } from '../../projections/read-model.ts'
import { restsOn } from './basis.ts'
import type { Page } from './layout.ts'
import { type Asked, type Choices, type Found, searchPage } from './search-page.ts'
import type { Speech } from './speech.ts'

/** What has a page of its own. Persons have none: they are found by what they took part in. */
const SHOWN = ['organization', 'certificate', 'session', 'issuer'] as const
const PAGE = 20
/** Issuers and sessions that can be chosen from; others are found by what is typed. */
const MOST_CHOICES = 100

const CONDITIONS = {
  status: z.enum(STATUSES),
  kind: slug,
  issuer: slug,
  session: slug,
  from: plainDate,
  until: plainDate,
} as const
type Condition = keyof typeof CONDITIONS

/** What is searched, and what organisations are called there. */
export type Register = {
  readonly model: ReadModel
  readonly today: string
  readonly names: (organizationId: string) => LocalizedText | undefined
}

/** The page of the search: by text, by conditions, or by both. A condition that can't be read is left out, and said. */
export function searchAnswer(
  { model, today, names }: Register,
  request: FastifyRequest,
  speech: Speech,
): Page {
  const query = request.query as Readonly<Record<string, unknown>>
  const asked = askedIn(query)
  const cursor = typeof query['cursor'] === 'string' && query['cursor'] !== '' ? query['cursor'] : undefined
  return searchPage(speech, asked, choicesOf(model), found({ model, today, names }, asked, cursor))
}

function askedIn(query: Readonly<Record<string, unknown>>): Asked {
  const given = (Object.keys(CONDITIONS) as Condition[]).filter(
    (name) => query[name] !== undefined && query[name] !== '',
  )
  const read = given.map((name) => [name, CONDITIONS[name].safeParse(query[name])] as const)
  const { q, shown } = query
  return {
    text: typeof q === 'string' ? q.slice(0, 200) : '',
    filter: Object.fromEntries(
      read.flatMap(([name, { data }]) => (data === undefined ? [] : [[name, data]])),
    ),
    shown: typeof shown === 'string' && /^\d{1,6}$/.test(shown) ? Number(shown) : 0,
    unreadable: read.some(([, { success }]) => !success),
  }
}

function found(
  { model, today, names }: Register,
  { text, filter, shown }: Asked,
  cursor: string | undefined,
): Found | undefined {
  const isNarrowed = Object.keys(filter).length > 0
  if (text.trim() !== '') {
    const where = isNarrowed ? { filter, today } : undefined
    const answer = searchRegistry(model.db, { text, limit: PAGE, kinds: SHOWN, after: cursor, where })
    const hits = answer.hits.map((hit) => ({
      ...hit,
      ...(hit.kind === 'certificate' && { status: verdictOn(model, hit.id, today)?.status }),
      ...(hit.kind === 'session' && { session: restsOn(model, { sessionId: hit.id }, names) }),
    }))
    return { hits, total: answer.total, cut: answer.cut, next: answer.next }
  }
  if (!isNarrowed) return undefined
  const before = cursor === undefined ? undefined : placeIn(cursor)
  const { certificates, next } = listCertificates(model, filter, { today, limit: PAGE, before })
  const isAll = next === undefined
  return {
    lines: certificates,
    total: isAll ? shown + certificates.length : undefined,
    next: next === undefined ? undefined : String(next),
  }
}

/** Throws `UnreadableCursorError`. */
function placeIn(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) throw new UnreadableCursorError('not a cursor of this list')
  return Number(cursor)
}

function choicesOf(model: ReadModel): Choices {
  const list = (kind: 'issuer' | 'session') => listDocuments(model, kind, { limit: MOST_CHOICES }).documents
  return {
    kinds: Object.keys(readStatistics(model.db).awardsByKind),
    issuers: list('issuer').map(({ id, state }) => ({
      id,
      name: (state as unknown as RegisteredIssuer).name,
    })),
    sessions: list('session').map(({ id, state }) => {
      const { number, startsOn } = (state as unknown as ConvenedSession).convocation
      return { id, number, year: startsOn.slice(0, 4) }
    }),
  }
}
