import type { TableRow } from '../../../tables/table.ts'
import { LANGUAGES } from '../../pages/speech.ts'
import { AWARD_WORDS } from '../awards/words.ts'
import type { Typed } from '../forms.ts'

/** How a table is to be read: the field of each column, and what stands where a cell is empty. */
export type Plan = { readonly fields: readonly string[]; readonly defaults: Typed }

const DATES = new Set(['issuedOn', 'validFrom', 'validUntil', 'function.0.from', 'function.0.until'])

/** A row as what would have been typed into the form of an award. */
export function typedOf({ cells }: TableRow, { fields, defaults }: Plan): Typed {
  const said = Object.fromEntries(
    fields.flatMap((field, at) => {
      const cell = unescaped(cells[at]?.trim() ?? '')
      return field === '' || cell === '' ? [] : [[field, read(field, cell)]]
    }),
  )
  return { ...defaults, ...said, rows: '1' }
}

/** Without the mark that a result file, or a spreadsheet, puts before what would be taken for a formula. */
const unescaped = (cell: string): string => cell.replace(/^'(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/u, '')

function read(field: string, cell: string): string {
  if (DATES.has(field)) return dayOf(cell)
  if (field === 'kind') return kindOf(cell)
  if (field === 'recipientType') return recipientType(cell)
  return cell
}

/** `06.11.2024` as the day that it is; anything else stays, and is told as no date where it is none. */
export function dayOf(text: string): string {
  const found = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text)
  if (!found) return text
  const [, day = '', month = '', year = ''] = found
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

/** A kind by its ID, or by what it is called in any of the languages. */
function kindOf(cell: string): string {
  const kinds = Object.values(LANGUAGES).flatMap((words) => Object.entries(words.kinds))
  return kinds.find(([, label]) => label.toLowerCase() === cell.toLowerCase())?.[0] ?? cell
}

function recipientType(cell: string): string {
  const wanted = cell.toLowerCase()
  const isPerson = Object.values(AWARD_WORDS).some(({ aPerson }) => aPerson === wanted)
  return isPerson || /^(?:person|человек|адам|физ)/u.test(wanted) ? 'person' : 'organization'
}
