import { type Block, COLUMNS, STYLES } from './design.ts'
import type { Paper, PaperBasis, PaperField } from './paper.ts'
import {
  dayInWords,
  inOne,
  inOrder,
  kindInWords,
  namesOf,
  type PaperLanguage,
  periodInWords,
  positionsOf,
  type Said,
  WORDS,
} from './words.ts'

/** The list below the rule: what the award rests on, its days, its number, who took it. */
export function details(paper: Paper, language: PaperLanguage): Block[] {
  const own = (text: string): Said => ({ text, language })
  const day = (date: string) => own(dayInWords(date, language))
  const { acceptance, serialNumber } = paper
  return [
    { before: 24, flex: 3, parts: [], rule: true, keep: true },
    ...row('kind', [own(kindInWords(paper.kind, language))], language),
    ...row('basis', basisOf(paper.basis, language), language),
    ...row('issuedOn', [day(paper.issuedOn)], language),
    ...row(
      'validity',
      paper.validity.map((period) => own(periodInWords(period, language))),
      language,
    ),
    ...row('serialNumber', serialNumber === undefined ? [] : [own(serialNumber)], language),
    ...row('acceptedBy', acceptance ? acceptedBy(acceptance, language) : [], language),
    ...row('corrected', [...new Set(paper.correctedOn)].map(day), language),
  ]
}

type Row = Extract<PaperField, keyof (typeof WORDS)[PaperLanguage]>

function row(field: Row, values: readonly Said[], language: PaperLanguage): Block[] {
  return values.map((said, at) => ({
    before: at === 0 ? 7 : 2,
    item: true,
    parts: [
      ...(at === 0
        ? [
            {
              text: WORDS[language][field],
              language,
              tag: 'Lbl' as const,
              style: STYLES.rowLabel,
              align: 'left' as const,
              column: COLUMNS.labels,
            },
          ]
        : []),
      {
        ...said,
        field,
        tag: 'LBody' as const,
        style: STYLES.rowValue,
        align: 'left' as const,
        column: COLUMNS.values,
      },
    ],
  }))
}

function basisOf(
  { session, agendaItem, decisionNumber, protocolNumber, alongside }: PaperBasis,
  language: PaperLanguage,
): readonly Said[] {
  const words = WORDS[language]
  const lines = [
    session &&
      [words.session(session.number), inOne(session.city, language).text, daysOf(session, language)].join(
        ', ',
      ),
    [
      agendaItem !== undefined && words.agendaItem(agendaItem),
      decisionNumber !== undefined && words.decision(decisionNumber),
      protocolNumber !== undefined && words.protocol(protocolNumber),
    ]
      .filter((part) => part !== false)
      .join(', '),
  ]
  const said = lines
    .filter((line) => line !== undefined && line !== '')
    .map((text) => ({ text: capital(text ?? ''), language }))
  return [...said, ...(alongside ? inOrder(alongside, language) : [])]
}

const daysOf = (
  { startsOn, endsOn }: { readonly startsOn: string; readonly endsOn: string },
  language: PaperLanguage,
) =>
  startsOn === endsOn
    ? dayInWords(startsOn, language)
    : periodInWords({ from: startsOn, until: endsOn }, language)

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)

function acceptedBy(
  { person, acceptedOn, place }: NonNullable<Paper['acceptance']>,
  language: PaperLanguage,
): readonly Said[] {
  const where = place ? `${inOne(place, language).text}, ` : ''
  return [
    ...namesOf(person, language),
    ...positionsOf(person, language),
    { text: `${where}${dayInWords(acceptedOn, language)}`, language },
  ]
}
