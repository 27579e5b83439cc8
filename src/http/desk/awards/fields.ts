import type { Field, Group, Part, Typed } from '../forms.ts'
import { textFields } from '../text-fields.ts'
import type { DeskWords } from '../words.ts'
import type { Choices } from './choices.ts'
import type { AwardWords } from './words.ts'

const MOST_ROWS = 50

/** How many rows of functions the form has: what was asked for, and at least one. */
export const rowsOf = (typed: Typed): number =>
  Math.min(MOST_ROWS, Math.max(1, Number.parseInt(typed['rows'] ?? '', 10) || 1))

/** The form of a new award. */
export const awardParts = (
  words: DeskWords,
  own: AwardWords,
  choices: Choices,
  typed: Typed,
): readonly Part[] => [
  {
    legend: own.what,
    fields: [
      { name: 'kind', label: words.kind, options: choices.kinds, required: true },
      ...hinted(textFields(words, 'title', words.title), words.oneText),
    ],
  },
  { legend: own.citation, folded: true, fields: textFields(words, 'citation', own.citation) },
  {
    legend: own.to,
    fields: [
      {
        name: 'recipientType',
        label: own.recipientType,
        options: [
          ['organization', own.anOrganization],
          ['person', own.aPerson],
        ],
      },
      {
        name: 'organizationId',
        label: own.organizationId,
        hint: `${own.organizationHint} ${own.organizationFor}`,
        suggestions: choices.organizations,
        finds: 'organization',
      },
      ...hinted(textFields(words, 'name', own.name), words.oneText),
    ],
  },
  { legend: own.positionOf, folded: true, fields: textFields(words, 'position', own.position) },
  basisGroup(words, own, choices),
  {
    legend: own.dates,
    fields: [
      { name: 'issuedOn', label: words.issuedOn, type: 'date', required: true },
      { name: 'validFrom', label: own.validFrom, type: 'date' },
      { name: 'validUntil', label: words.validUntil, type: 'date' },
      { name: 'serialNumber', label: words.serialNumber },
    ],
  },
  functionsGroup(words, own, typed),
]

/** What the award rests on: offers what the chosen session decided. */
export const basisGroup = (
  words: DeskWords,
  own: AwardWords,
  { sessions, chosen, agenda, alongside }: Choices,
): Group => ({
  legend: own.rests,
  id: 'basis',
  fields: [
    {
      name: 'sessionId',
      label: words.session,
      hint: chosen ?? own.sessionHint,
      suggestions: sessions,
      finds: 'session',
    },
    agenda.length > 0
      ? { name: 'agendaItem', label: own.agendaItem, options: [['', own.noItem], ...agenda] }
      : { name: 'agendaItem', label: own.agendaItem, type: 'number' },
    { name: 'decisionNumber', label: own.decisionNumber },
    { name: 'protocolNumber', label: own.protocolNumber },
    ...(alongside.length > 0
      ? [{ name: 'alongsideId', label: own.alongsideId, options: [['', own.noItem] as const, ...alongside] }]
      : []),
  ],
})

/** Rows of functions, as many as were asked for. */
export const functionsGroup = (words: DeskWords, own: AwardWords, typed: Typed): Group => ({
  legend: own.functions,
  folded: true,
  open: rowsOf(typed) > 1,
  fields: Array.from({ length: rowsOf(typed) }, (_, row): readonly Field[] => [
    ...textFields(words, `function.${row}`, `${own.functionName} ${row + 1}`),
    { name: `function.${row}.from`, label: own.functionFrom, type: 'date' },
    { name: `function.${row}.until`, label: own.functionUntil, type: 'date' },
  ]).flat(),
})

/** The hint stands at the last of the fields, behind all three. */
const hinted = (fields: readonly Field[], hint: string): readonly Field[] =>
  fields.map((field, at) => (at === fields.length - 1 ? { ...field, hint } : field))
