import type { LocalizedText } from '../../../domain/text.ts'
import type { Typed } from '../forms.ts'

/** What was typed as an agenda: one item a line, the same order in each language. */
export function agendaItems(
  typed: Typed,
): readonly { readonly number: number; readonly title: LocalizedText }[] {
  const columns = (['ky', 'ru', 'en'] as const).map((tag) => ({ tag, lines: linesOf(typed[`items.${tag}`]) }))
  const longest = Math.max(...columns.map(({ lines }) => lines.length))
  return Array.from({ length: longest }, (_, at) => ({
    number: at + 1,
    title: Object.fromEntries(
      columns.flatMap(({ tag, lines }) => (lines[at] === undefined ? [] : [[tag, lines[at]]])),
    ),
  }))
}

/** Lines without the empty ones, and without the numbers that people write before them. */
const linesOf = (text = ''): readonly string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/^\d{1,4}[.)]\s+/, ''))
    .filter((line) => line !== '')
