import { html, type Html } from '../pages/html.ts'

/** One field of a form. `options` makes it a choice, `suggestions` helps while typing. */
export type Field = {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'date' | 'password'
  readonly required?: boolean
  readonly hint?: string
  readonly options?: readonly (readonly [value: string, label: string])[]
  readonly suggestions?: readonly (readonly [value: string, label: string])[]
}
/** What was typed, by field. */
export type Typed = Readonly<Record<string, string>>

/** What is wrong, with a field or with the whole. */
export type FieldError = { readonly field?: string | undefined; readonly text: string }

export type FormView = {
  readonly action: string
  readonly submit: string
  readonly fields: readonly Field[]
  readonly typed?: Typed
  /** What is wrong, by field; those that belong to none stand above the form. */
  readonly errors?: readonly FieldError[]
  readonly hidden: Typed
  readonly again: string
}

/** A form that keeps what was typed and says beside each field what is wrong with it. Works without a script. */
export function form({ action, submit, fields, typed = {}, errors = [], hidden, again }: FormView): Html {
  const names = new Set(fields.map(({ name }) => name))
  const above = errors.filter(({ field }) => field === undefined || !names.has(field))
  return html`${errors.length > 0 && html`<p class="note" role="alert">${again}${above.length > 0 && html`: ${above.map(({ text }) => text).join(' ')}`}</p>`}
<form class="desk" action="${action}" method="post">${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}${fields.map(
    (field) =>
      fieldOf(
        action,
        field,
        typed[field.name] ?? '',
        errors.filter((error) => error.field === field.name).map(({ text }) => text),
      ),
  )}<button>${submit}</button></form>`
}

function fieldOf(action: string, field: Field, value: string, errors: readonly string[]): Html {
  const { name, label, type = 'text', required, hint, options, suggestions } = field
  const id = `${action.split('/').at(-1) ?? ''}-${name}`
  const described = [hint !== undefined && `${id}-hint`, errors.length > 0 && `${id}-error`]
    .filter(Boolean)
    .join(' ')
  const attributes = html`id="${id}" name="${name}"${required && html` required`}${described !== '' && html` aria-describedby="${described}"`}${errors.length > 0 && html` aria-invalid="true"`}`
  const control = options
    ? html`<select ${attributes}>${options.map(([one, said]) => html`<option value="${one}"${one === value && html` selected`}>${said}</option>`)}</select>`
    : html`<input ${attributes} type="${type}" value="${type === 'password' ? '' : value}" maxlength="2000"${suggestions && html` list="${id}-list"`}${type === 'password' && html` autocomplete="current-password"`}>${suggestions && html`<datalist id="${id}-list">${suggestions.map(([one, said]) => html`<option value="${one}">${said}</option>`)}</datalist>`}`
  return html`<div class="field"><label for="${id}">${label}</label>${control}${hint && html`<small id="${id}-hint">${hint}</small>`}${errors.length > 0 && html`<small class="error" id="${id}-error">${errors.join(' ')}</small>`}</div>`
}
