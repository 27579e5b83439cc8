import multipart from '@fastify/multipart'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { readTable } from '../../../tables/read-table.ts'
import { ProblemError } from '../../problem.ts'
import { html, type Html } from '../../pages/html.ts'
import { sendPage } from '../../pages/layout.ts'
import type { Typed } from '../forms.ts'
import { preview, rehearsedAward } from '../preview.ts'
import { rehearsed } from '../record.ts'
import { refuseForm, sendDesk } from '../sign-in.ts'
import { filled } from '../typed.ts'
import { type DeskHouse, sentBy, type Visit, visitOf } from '../visit.ts'
import { Batch, Batches } from './batch.ts'
import { BATCH_FIELDS, matched } from './columns.ts'
import { errorsFile, resultFile, templateFile } from './files.ts'
import { columnsPage, outcomePage, progressPage, uploadPage } from './pages.ts'
import { askedFor, checkRows, recordRows, stop, type Work } from './run.ts'
import { BATCH_WORDS } from './words.ts'

const schema = { hide: true } as const
const MOST_BYTES = 10 * 1024 * 1024

/** Many awards at once: a table is read, its columns matched, every row checked, and only then anything recorded. */
export const batchDesk: FastifyPluginAsync<{
  house: DeskHouse
  /** Where the registry is reached from outside. */
  publicUrl?: string | undefined
}> = async (app, { house, publicUrl }) => {
  const { registry } = house
  const batches = new Batches()
  await app.register(multipart, { limits: { files: 1, fields: 5, fileSize: MOST_BYTES, fieldSize: 1_000 } })
  app.addHook('onClose', () => batches.close())

  app.get('/batch', { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    return visit ? sendUpload(request, reply, visit) : reply
  })

  app.get('/batch/template.csv', { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    return visit ? sendCsv(reply, 'template.csv', templateFile(visit.speech)) : reply
  })

  app.post('/batch', { schema }, async (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const own = BATCH_WORDS[visit.speech.language]
    const sent = await uploaded(request)
    if (sent.csrf !== visit.here.session.csrf) return refuseForm(request, reply)
    if (sent.bytes === 'too-large') return sendUpload(request, reply, visit, own['too-large'])
    const read = await readTable(sent.bytes, sent.sheet)
    if (!read.ok) {
      const row =
        'row' in read.problem && read.problem.row !== undefined ? ` ${own.row} ${read.problem.row}.` : ''
      const status = read.problem.kind === 'full' ? 503 : 422
      return sendUpload(request, reply, visit, `${own[read.problem.kind]}${row}`, status)
    }
    const { actor } = visit.here
    const plan = { fields: matched(read.table.columns), defaults: {} }
    const batch = new Batch(actor.issuerId, sent.name.slice(0, 100), read.table, plan)
    batches.add(batch)
    return to(reply, visit, batch)
  })

  app.get('/batch/:id', { schema }, async (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const batch = foundBy(request, visit)
    if (!batch) return sendUpload(request, reply, visit, BATCH_WORDS[visit.speech.language].gone, 404)
    const { from = '0', columns } = request.query as { from?: string; columns?: string }
    const isChanged = columns !== undefined && !batch.isRunning && batch.state !== 'done'
    if (batch.state === 'columns' || isChanged)
      return sendDesk(request, reply, visit.speech, columnsPage(registry, visit, batch))
    if (batch.isRunning) return sendProgress(request, reply, visit, batch)
    const seen = batch.state === 'checked' ? await firstOf(visit, batch) : undefined
    const page = outcomePage(visit, batch, { from: Number.parseInt(from, 10) || 0, seen })
    return sendDesk(request, reply, visit.speech, page)
  })

  app.post('/batch/:id/check', { schema }, (request, reply) => {
    const sent = sentBy(house, request, reply)
    if (!sent) return reply
    const batch = foundBy(request, sent)
    if (!batch) return sendUpload(request, reply, sent, BATCH_WORDS[sent.speech.language].gone, 404)
    const hindrance = batches.hindrance(batch.issuerId)
    if (hindrance || batch.state === 'done') {
      const error = hindrance && BATCH_WORDS[sent.speech.language][hindrance]
      return hindrance && !batch.isRunning
        ? sendDesk(request, reply, sent.speech, columnsPage(registry, sent, batch, error), 409)
        : to(reply, sent, batch)
    }
    // Going on after a stop asks for no columns again.
    if ('column.0' in sent.typed) batch.plan = planOf(batch, sent.typed)
    start(request, checkRows(workOf(sent), batch))
    return to(reply, sent, batch)
  })

  app.post('/batch/:id/record', { schema }, (request, reply) => {
    const sent = sentBy(house, request, reply)
    if (!sent) return reply
    const own = BATCH_WORDS[sent.speech.language]
    const batch = foundBy(request, sent)
    if (!batch) return sendUpload(request, reply, sent, own.gone, 404)
    if (batch.state !== 'checked') return to(reply, sent, batch)
    const hindrance = batches.hindrance(batch.issuerId)
    const isRefused = batch.count('wrong') > 0 && sent.typed['good'] !== '1'
    if (hindrance || isRefused) {
      const error = hindrance ? own[hindrance] : own.onlyGood
      return sendDesk(request, reply, sent.speech, outcomePage(sent, batch, { from: 0, error }), 409)
    }
    start(request, recordRows(workOf(sent), batch))
    return to(reply, sent, batch)
  })

  app.post('/batch/:id/stop', { schema }, (request, reply) => {
    const sent = sentBy(house, request, reply)
    if (!sent) return reply
    const batch = foundBy(request, sent)
    if (!batch) return sendUpload(request, reply, sent, BATCH_WORDS[sent.speech.language].gone, 404)
    stop(batch, 'asked')
    return to(reply, sent, batch)
  })

  for (const name of ['errors.csv', 'result.csv'] as const)
    app.get(`/batch/:id/${name}`, { schema }, (request, reply) => {
      const visit = visitOf(house, request, reply)
      if (!visit) return reply
      const own = BATCH_WORDS[visit.speech.language]
      const batch = foundBy(request, visit)
      if (!batch) return sendUpload(request, reply, visit, own.gone, 404)
      const base = publicUrl ?? `${request.protocol}://${request.host}`
      const file = name === 'errors.csv' ? errorsFile(batch, own) : resultFile(batch, own, base)
      return sendCsv(reply, name, file)
    })

  const foundBy = (request: FastifyRequest, { here }: Visit): Batch | undefined =>
    batches.find((request.params as { id: string }).id, here.actor.issuerId)

  const sendUpload = (
    request: FastifyRequest,
    reply: FastifyReply,
    visit: Visit,
    error?: string,
    status = 422,
  ) => {
    const page = uploadPage(visit, batches.of(visit.here.actor.issuerId), error)
    return sendDesk(request, reply, visit.speech, page, error === undefined ? 200 : status)
  }

  const workOf = ({ asking, speech }: Visit): Work => ({
    registry,
    asking,
    words: BATCH_WORDS[speech.language],
  })

  /** The first row that would be recorded, as the public will see it. */
  async function firstOf({ asking, speech }: Visit, batch: Batch): Promise<Html | undefined> {
    const first = batch.rows.find(({ fate }) => fate.kind === 'fresh')
    if (!first) return undefined
    const tried = await rehearsed(registry, asking, askedFor(batch, first.typed))
    if ('errors' in tried) return undefined
    const award = await rehearsedAward(tried.rehearsal, tried.id)
    return award.status === 'issued'
      ? preview(registry, speech, award, { opened: tried.rehearsal.opened })
      : undefined
  }
}

/** What runs behind the answer: whatever it meets is the operator's to read, and shows as stopped. */
function start(request: FastifyRequest, work: Promise<void>): void {
  work.catch((error: unknown) => request.log.error(error, 'a batch ended early'))
}

const to = (reply: FastifyReply, { speech }: Visit, { id }: Batch): FastifyReply =>
  reply.redirect(`/desk/batch/${id}?lang=${speech.language}`, 303)

function sendProgress(
  request: FastifyRequest,
  reply: FastifyReply,
  visit: Visit,
  batch: Batch,
): FastifyReply {
  const { speech } = visit
  const head = html`<meta http-equiv="refresh" content="2">`
  const body = html`<h1>${speech.words.desk}</h1>${progressPage(visit, batch)}`
  return sendPage(request, reply, speech, { title: speech.words.desk, body, head })
}

const sendCsv = (reply: FastifyReply, name: string, text: string): FastifyReply =>
  reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'no-store')
    .send(text)

type Uploaded = {
  readonly csrf: string
  readonly name: string
  readonly sheet: string | undefined
  readonly bytes: Uint8Array | 'too-large'
}

/** The file that was sent, and the form's other fields, which stand before it. Throws where no file came. */
async function uploaded(request: FastifyRequest): Promise<Uploaded> {
  if (!request.isMultipart()) throw new ProblemError('unsupported-media-type')
  const file = await request.file()
  if (!file) throw new ProblemError('invalid-request')
  const said = (name: string) => {
    const field = file.fields[name]
    return field && !Array.isArray(field) && field.type === 'field' ? String(field.value).trim() : ''
  }
  const sheet = said('sheet') === '' ? undefined : said('sheet')
  const bytes = await file.toBuffer().catch(() => 'too-large' as const)
  return { csrf: said('csrf'), name: file.filename, sheet, bytes }
}

/** How the issuer says that the table is to be read; what is no field is none. */
function planOf({ table }: Batch, typed: Typed): Batch['plan'] {
  const fields = table.columns.map((_, at) => {
    const field = typed[`column.${at}`] ?? ''
    return BATCH_FIELDS.includes(field) ? field : ''
  })
  const { kind, recipientType, sessionId, issuedOn } = filled(typed)
  const defaults = Object.entries({ kind, recipientType, sessionId, issuedOn }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return { fields, defaults: Object.fromEntries(defaults) }
}
