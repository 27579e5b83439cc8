import type { Registry } from '../../../registry.ts'
import { html, type Html } from '../../pages/html.ts'
import { link } from '../../pages/parts.ts'
import { choicesOf } from '../awards/choices.ts'
import { AWARD_WORDS } from '../awards/words.ts'
import { type Field, form } from '../forms.ts'
import { deskHead } from '../sign-in.ts'
import { hiddenOf, type Visit } from '../visit.ts'
import type { Batch } from './batch.ts'
import { BATCH_FIELDS, fieldLabel } from './columns.ts'
import { BATCH_WORDS, type BatchWords } from './words.ts'

const PAGE = 100

/** Where a table is uploaded, and what is being worked on. */
export function uploadPage(visit: Visit, batches: readonly Batch[], error?: string): Html {
  const { here, speech } = visit
  const own = BATCH_WORDS[speech.language]
  const list = batches.map(
    ({ id, fileName, table }) =>
      html`<li>${link(speech, `/desk/batch/${id}`, fileName)} <small>${table.rows.length} ${own.rows}</small></li>`,
  )
  return html`${deskHead(speech, here)}<h2>${own.batch}</h2>${error && html`<p class="note" role="alert">${error}</p>`}<p><a href="/desk/batch/template.csv?lang=${speech.language}">${own.template}</a><br><small>${own.templateHint}</small></p>
<form class="desk" action="/desk/batch?lang=${speech.language}" method="post" enctype="multipart/form-data"><input type="hidden" name="csrf" value="${here.session.csrf}"><div class="field"><label for="sheet">${own.sheet}</label><input id="sheet" name="sheet" maxlength="100" autocomplete="off"></div><div class="field"><label for="file">${own.file}</label><input id="file" name="file" type="file" required accept=".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"></div><div class="row"><button>${own.upload}</button></div></form>${list.length > 0 && html`<ul class="list">${list}</ul>`}`
}

/** Which column is what, and what stands where a cell is empty. */
export function columnsPage(registry: Registry, visit: Visit, batch: Batch, error?: string): Html {
  const { here, speech, words } = visit
  const own = BATCH_WORDS[speech.language]
  const award = AWARD_WORDS[speech.language]
  const options = [
    ['', own.ignored] as const,
    ...BATCH_FIELDS.map((field) => [field, fieldLabel(field, speech.language)] as const),
  ]
  const { kinds, sessions } = choicesOf(registry.readModel, speech, here.actor.issuerId, undefined)
  const columns = batch.table.columns.map((name, at): Field => {
    const examples = batch.table.rows.slice(0, 3).flatMap(({ cells }) => cells[at]?.slice(0, 60) || [])
    return {
      name: `column.${at}`,
      label: name === '' ? `${own.column} ${at + 1}` : name,
      options,
      ...(examples.length > 0 && { hint: `${own.example}: ${examples.join(' · ')}` }),
    }
  })
  const typed = Object.fromEntries(batch.plan.fields.map((field, at) => [`column.${at}`, field]))
  const asked = form({
    action: `/desk/batch/${batch.id}/check`,
    submit: own.check,
    fields: [
      { legend: own.columns, fields: columns },
      {
        legend: own.defaults,
        fields: [
          { name: 'kind', label: words.kind, options: kinds },
          {
            name: 'recipientType',
            label: award.recipientType,
            options: [
              ['organization', award.anOrganization],
              ['person', award.aPerson],
            ],
          },
          { name: 'sessionId', label: words.session, suggestions: sessions, finds: 'session' },
          { name: 'issuedOn', label: words.issuedOn, type: 'date' },
        ],
      },
    ],
    hidden: hiddenOf(visit),
    again: words.again,
    typed: { ...batch.plan.defaults, ...typed },
  })
  return html`${headOf(visit, batch)}${haltOf(batch, own)}${sheetsOf(batch, own)}${batch.table.isWindows1251 && html`<p class="note">${own.windows1251}</p>`}${error && html`<p class="note" role="alert">${error}</p>`}${asked}`
}

/** How far it is; the page asks again every two seconds. */
export function progressPage(visit: Visit, batch: Batch): Html {
  const { speech } = visit
  const own = BATCH_WORDS[speech.language]
  const said = batch.state === 'checking' ? own.checking : own.recording
  return html`${headOf(visit, batch)}<p id="said">${said}</p><p><progress max="${batch.total}" value="${batch.done}" aria-labelledby="said"></progress> ${batch.done} ${own.of} ${batch.total}</p>${buttonTo(visit, batch, 'stop', own.stop, 'quiet')}`
}

/** What was found, or what became of it: counts, errors by row, and how to go on. */
export function outcomePage(
  visit: Visit,
  batch: Batch,
  {
    from,
    seen,
    error,
  }: { readonly from: number; readonly seen?: Html | undefined; readonly error?: string | undefined },
): Html {
  const { speech } = visit
  const own = BATCH_WORDS[speech.language]
  const counts = [
    ['fresh', batch.isProposed ? own.proposed : own.fresh],
    ['recorded', batch.isProposed ? own.sent : own.recorded],
    ['already', own.already],
    ['wrong', own.wrong],
    ['failed', own.failed],
  ] as const
  const shown = counts.filter(([kind]) => batch.count(kind) > 0)
  return html`${headOf(visit, batch)}${batch.state === 'done' && html`<p class="note good" role="status">${own.done}</p>`}${haltOf(batch, own)}${error && html`<p class="note" role="alert">${error}</p>`}<ul class="list">${shown.map(([kind, label]) => html`<li><strong>${batch.count(kind)}</strong> ${label}</li>`)}</ul>
${errorsOf(visit, batch, from)}${warningsOf(visit, batch)}${seen && html`<details><summary>${own.first}</summary>${seen}</details>`}${nextOf(visit, batch)}`
}

/** Which sheet of a workbook was read, where there was a choice. */
const sheetsOf = ({ table: { sheet, otherSheets = [] } }: Batch, own: BatchWords): Html | undefined =>
  otherSheets.length === 0
    ? undefined
    : html`<p class="note">${own.sheetRead}: <bdi>${sheet}</bdi>. ${own.otherSheets}: ${otherSheets.map((one) => html`<bdi>${one}</bdi> `)}</p>`

/** Why it ended before its end, and how to go on. */
const haltOf = ({ halt, state }: Batch, own: BatchWords): Html | undefined =>
  halt &&
  html`<p class="note" role="alert">${own[halt]} ${state === 'columns' ? own.nothingYet : own.stays}</p>`

function errorsOf({ speech }: Visit, batch: Batch, from: number): Html {
  const own = BATCH_WORDS[speech.language]
  const wrong = batch.rows.flatMap(({ row, fate }) =>
    fate.kind === 'wrong' || fate.kind === 'failed' ? [{ number: row.number, errors: fate.errors }] : [],
  )
  if (wrong.length === 0) return html`<p>${own.noErrors}</p>`
  const columnOf = (field: string | undefined) =>
    batch.columnOf(field) ?? (field === undefined ? '' : fieldLabel(field, speech.language))
  const more = wrong.length > from + PAGE
  return html`<section><h2>${own.wrong}</h2><p><a href="/desk/batch/${batch.id}/errors.csv?lang=${speech.language}">${own.allErrors}</a></p><ul class="list">${wrong
    .slice(from, from + PAGE)
    .map(
      ({ number, errors }) =>
        html`<li>${own.row} ${number}${errors.map(({ field, text }) => html`<br><small><strong>${columnOf(field)}</strong> ${text}</small>`)}</li>`,
    )}</ul>${more && html`<p><a href="/desk/batch/${batch.id}?lang=${speech.language}&amp;from=${from + PAGE}">${speech.words.more}</a></p>`}</section>`
}

function warningsOf({ speech }: Visit, { rows }: Batch): Html | undefined {
  const own = BATCH_WORDS[speech.language]
  const alike = rows.filter(({ twins, fate }) => twins.length > 0 && fate.kind === 'fresh')
  if (alike.length === 0) return undefined
  return html`<details><summary>${own.warnings} (${alike.length})</summary><ul class="list">${alike
    .slice(0, PAGE)
    .map(
      ({ row, twins }) => html`<li>${own.row} ${row.number}: ${own.twice} ${twins.join(', ')}</li>`,
    )}</ul></details>`
}

function nextOf(visit: Visit, batch: Batch): Html {
  const { speech } = visit
  const own = BATCH_WORDS[speech.language]
  const again = html`<p><a href="/desk/batch/${batch.id}?lang=${speech.language}&amp;columns=1">${own.again}</a></p>`
  const result = html`<p><a href="/desk/batch/${batch.id}/result.csv?lang=${speech.language}">${own.result}</a></p>`
  if (batch.state === 'done') return result
  if (batch.state === 'stopped') return html`${result}${buttonTo(visit, batch, 'check', own.check)}${again}`
  if (batch.count('fresh') === 0) return html`${batch.count('already') > 0 && result}${again}`
  const isWrong = batch.count('wrong') > 0
  const said = `${batch.isProposed ? own.propose : own.record} (${batch.count('fresh')})`
  return html`<form class="desk" action="/desk/batch/${batch.id}/record" method="post">${hiddenInputs(visit)}${isWrong && html`<div class="field check"><input id="good" name="good" type="checkbox" value="1" required><label for="good">${own.onlyGood}</label></div>`}<div class="row"><button>${said}</button></div></form>${again}`
}

const headOf = ({ here, speech }: Visit, { fileName, table }: Batch): Html => {
  const own = BATCH_WORDS[speech.language]
  return html`${deskHead(speech, here)}<h2>${own.batch}</h2><p><bdi>${fileName}</bdi> · ${table.rows.length} ${own.rows} · ${link(speech, '/desk/batch', own.upload)}</p>`
}

const buttonTo = (visit: Visit, { id }: Batch, what: string, label: string, look?: 'quiet'): Html =>
  html`<form class="desk" action="/desk/batch/${id}/${what}" method="post">${hiddenInputs(visit)}<div class="row"><button${look && html` class="${look}"`}>${label}</button></div></form>`

const hiddenInputs = (visit: Visit): readonly Html[] =>
  Object.entries(hiddenOf(visit)).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
