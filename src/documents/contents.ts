import { type Block, BODY, type Column, COLUMNS, NAME_SIZES, STYLES, TITLE_SIZES } from './design.ts'
import { details } from './details.ts'
import type { Paper, PaperField } from './paper.ts'
import type { Style } from './typeset.ts'
import {
  inOrder,
  namesOf,
  type PaperLanguage,
  languageOf,
  periodInWords,
  positionsOf,
  type Said,
  WORDS,
} from './words.ts'

/** What stands on the paper, in order. Pure: the same version gives the same blocks. */
export function contentsOf(paper: Paper): readonly Block[] {
  const language = languageOf(paper)
  return [
    ...head(paper, language),
    ...recipient(paper, language),
    ...conferred(paper, language),
    ...details(paper, language),
  ]
}

/** A longer text than this is read, not looked at: it stands flush left. */
const LOOKED_AT = 400

const centred = (
  said: Said,
  style: Style,
  more: Omit<Block, 'parts' | 'before'> & { readonly before?: number } = {},
  column: Column = COLUMNS.full,
): Block => ({
  before: 0,
  ...more,
  parts: [{ ...said, tag: 'P', style, align: said.text.length > LOOKED_AT ? 'left' : 'center', column }],
})

/** Marks what a fact says; what is marked already stays. */
const stating = (field: PaperField, blocks: readonly Block[]): Block[] =>
  blocks.map((block) => ({ ...block, parts: block.parts.map((part) => ({ field, ...part })) }))

/** In the paper's language large, in the others small below it. */
function inAllLanguages(all: readonly Said[], first: Style, others: Style, tag: 'H1' | 'H2' | 'P'): Block[] {
  return all.map((said, at) => {
    const block = centred(said, at === 0 ? first : others, { before: at === 0 ? 0 : at === 1 ? 7 : 3 })
    return at === 0
      ? { ...block, parts: block.parts.map((part) => ({ ...part, tag })), keep: all.length > 1 }
      : block
  })
}

/** Long texts are set smaller, so that the sheet keeps its measure. */
function sized(
  text: string,
  sizes: readonly (readonly [letters: number, size: number])[],
  style: Style,
): Style {
  const size = sizes.find(([letters]) => text.length <= letters)?.[1] ?? BODY
  return { ...style, size }
}

function head({ body, title, citation }: Paper, language: PaperLanguage): Block[] {
  const titles = inOrder(title, language)
  return [
    ...stating('body', inAllLanguages(inOrder(body, language), STYLES.body, STYLES.bodyOther, 'P')),
    { before: 16, flex: 2, parts: [], ornament: true },
    ...flexed(
      stating(
        'title',
        inAllLanguages(
          titles,
          sized(titles[0]?.text ?? '', TITLE_SIZES, STYLES.title),
          STYLES.titleOther,
          'H1',
        ),
      ),
      20,
      2,
    ),
    ...flexed(
      stating(
        'citation',
        citation
          ? inOrder(citation, language).map((said) =>
              centred(said, STYLES.citation, { before: 5 }, COLUMNS.narrow),
            )
          : [],
      ),
      18,
      1,
    ),
  ]
}

function flexed(blocks: readonly Block[], before: number, flex: number): Block[] {
  return blocks.map((block, at) => (at === 0 ? { ...block, before, flex } : block))
}

/** What stands in the place of a name must not look like one. */
const isHidden = (recipient: Paper['recipient']) =>
  recipient.type === 'person' && recipient.person.state !== 'shown'

function recipient(paper: Paper, language: PaperLanguage): Block[] {
  const label = centred({ text: WORDS[language].recipient, language }, STYLES.label, {
    before: 26,
    flex: 3,
    keep: true,
  })
  const names =
    paper.recipient.type === 'organization'
      ? inOrder(paper.recipient.nameAsWritten, language)
      : namesOf(paper.recipient.person, language)
  const style = isHidden(paper.recipient)
    ? STYLES.nameOther
    : sized(names[0]?.text ?? '', NAME_SIZES, STYLES.name)
  const position = paper.recipient.type === 'person' ? positionsOf(paper.recipient.person, language) : []
  return [
    label,
    ...stating('recipient', [
      ...flexed(inAllLanguages(names, style, STYLES.nameOther, 'H2'), 6, 0),
      ...position.map((said) => centred(said, STYLES.citation, { before: 4 })),
    ]),
  ]
}

function conferred({ functions, issuedOn, validity }: Paper, language: PaperLanguage): Block[] {
  if (functions.length === 0) return []
  const heading: Block = centred({ text: WORDS[language].functions, language }, STYLES.label, {
    before: 24,
    flex: 2,
    keep: true,
  })
  const begins = validity[0]?.from ?? issuedOn
  const lines = functions.flatMap(({ name, from, until }) => {
    const days =
      from === undefined && until === undefined
        ? []
        : [
            centred(
              { text: periodInWords({ from: from ?? begins, until }, language), language },
              STYLES.small,
              { before: 2 },
            ),
          ]
    return [
      ...inOrder(name, language).map((said, at) =>
        centred(
          said,
          at === 0 ? STYLES.citation : STYLES.bodyOther,
          { before: at === 0 ? 6 : 2, keep: at === 0 && days.length > 0 },
          COLUMNS.narrow,
        ),
      ),
      ...days,
    ]
  })
  return [
    { ...heading, parts: heading.parts.map((part) => ({ ...part, tag: 'H2' as const })) },
    ...stating('functions', lines),
  ]
}
