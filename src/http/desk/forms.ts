import { html, type Html } from '../pages/html.ts'

/** One field of a form. `options` makes it a choice, `suggestions` helps while typing. */
export type Field = {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'date' | 'number' | 'password' | 'textarea' | 'checkbox'
  readonly required?: boolean
  readonly hint?: string
  readonly options?: readonly (readonly [value: string, label: string])[]
  readonly suggestions?: readonly (readonly [value: string, label: string])[]
  /** Where the page's script finds more suggestions for what is being typed. */
  readonly finds?: string
  /** Offers to compute the SHA-256 of a file in the browser; says so. */
  readonly hashes?: string
}
/** Fields that belong together. A folded group opens where something in it is typed or wrong. */
export type Group = {
  readonly legend: string
  readonly fields: readonly Field[]
  readonly folded?: boolean
  /** Opens a folded group in which nothing stands yet: it was asked for. */
  readonly open?: boolean
  readonly id?: string
}
export type Part = Field | Group
/** What was typed, by field. */
export type Typed = Readonly<Record<string, string>>

/** What is wrong, with a field or with the whole. */
export type FieldError = { readonly field?: string | undefined; readonly text: string }

/** A button beside the first: what it stands for is sent as `do`. */
export type Button = { readonly does: string; readonly label: string }

export type FormView = {
  readonly action: string
  readonly submit: string
  readonly fields: readonly Part[]
  readonly typed?: Typed
  /** What is wrong, by field; those that belong to none stand above the form. */
  readonly errors?: readonly FieldError[]
  readonly hidden: Typed
  readonly again: string
  readonly buttons?: readonly Button[]
  /** Names the form for the page's script. */
  readonly id?: string
}

const isGroup = (part: Part): part is Group => 'legend' in part
const fieldsOf = (parts: readonly Part[]) => parts.flatMap((part) => (isGroup(part) ? part.fields : [part]))

/** A form that keeps what was typed and says beside each field what is wrong with it. Works without a script. */
export function form(view: FormView): Html {
  const { action, submit, fields, errors = [], hidden, again, buttons = [], id } = view
  const names = new Set(fieldsOf(fields).map(({ name }) => name))
  const above = errors.filter(({ field }) => field === undefined || !names.has(field))
  return html`${errors.length > 0 && html`<p class="note" role="alert">${again}${above.length > 0 && html`: ${above.map(({ text }) => text).join(' ')}`}</p>`}
<form class="desk" action="${action}" method="post"${id !== undefined && html` id="${id}"`}>${Object.entries(
    hidden,
  ).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}${fields.map((part) => (isGroup(part) ? groupOf(view, part) : fieldOf(view, part)))}<div class="row"><button>${submit}</button>${buttons.map(
    ({ does, label }) => html`<button class="quiet" name="do" value="${does}">${label}</button>`,
  )}</div></form>`
}

function groupOf(view: FormView, { legend, fields, folded, id, open }: Group): Html {
  const { typed = {}, errors = [] } = view
  const attribute = id !== undefined && html` id="${id}"`
  const inside = fields.map((field) => fieldOf(view, field))
  if (folded !== true) return html`<fieldset${attribute}><legend>${legend}</legend>${inside}</fieldset>`
  const isOpen =
    open === true ||
    fields.some(({ name }) => (typed[name] ?? '') !== '' || errors.some(({ field }) => field === name))
  return html`<details class="group"${attribute}${isOpen && html` open`}><summary>${legend}</summary>${inside}</details>`
}

function fieldOf({ action, typed = {}, errors: all = [] }: FormView, field: Field): Html {
  const { name, label, type = 'text', hint } = field
  const errors = all.filter((error) => error.field === name).map(({ text }) => text)
  const id = `${action.split('/').at(-1) ?? ''}-${name}`
  const described = [hint !== undefined && `${id}-hint`, errors.length > 0 && `${id}-error`]
    .filter(Boolean)
    .join(' ')
  const attributes = html`id="${id}" name="${name}"${field.required && html` required`}${described !== '' && html` aria-describedby="${described}"`}${errors.length > 0 && html` aria-invalid="true"`}`
  const about = html`${hint && html`<small id="${id}-hint">${hint}</small>`}${errors.length > 0 && html`<small class="error" id="${id}-error">${errors.join(' ')}</small>`}`
  if (type === 'checkbox')
    return html`<div class="field check"><input ${attributes} type="checkbox" value="1"${typed[name] === '1' && html` checked`}><label for="${id}">${label}</label>${about}</div>`
  return html`<div class="field"><label for="${id}">${label}</label>${controlOf(field, id, attributes, typed[name] ?? '')}${about}</div>`
}

function controlOf(field: Field, id: string, attributes: Html, value: string): Html {
  const { type = 'text', options, suggestions, finds, hashes } = field
  if (options)
    return html`<select ${attributes}>${options.map(([one, said]) => html`<option value="${one}"${one === value && html` selected`}>${said}</option>`)}</select>`
  if (type === 'textarea')
    return html`<textarea ${attributes} rows="8" maxlength="40000">${`\n${value}`}</textarea>`
  return html`<input ${attributes} type="${type}" value="${type === 'password' ? '' : value}" maxlength="2000"${suggestions && html` list="${id}-list"`}${finds !== undefined && html` data-finds="${finds}"`}${hashes !== undefined && html` data-hashes="${hashes}"`}${type === 'password' && html` autocomplete="current-password"`}>${suggestions && html`<datalist id="${id}-list">${suggestions.map(([one, said]) => html`<option value="${one}">${said}</option>`)}</datalist>`}`
}
