import { alignedIn, type Occurrence } from './align.ts'
import { contentsOf } from './contents.ts'
import type { Paper, PaperField, PaperLanguage } from './paper.ts'
import { sealTexts } from './seal.ts'
import { squashed, type Squashed } from './squash.ts'
import { languageOf, WORDS } from './words.ts'

/** What a paper says otherwise than the register. `says` is absent where it does not say it, `recorded` where the register does not. */
export type PaperDifference = {
  readonly fields: readonly PaperField[]
  readonly says?: string
  readonly recorded?: string
  /** The register shows that name to nobody any more, so it can't be compared. */
  readonly hidden?: boolean
}

export type PaperComparison = {
  readonly language: PaperLanguage
  /** The share of the register's letters that the paper has in their order, 0 to 1. */
  readonly agreement: number
  /** Whether it is laid out as the registry's own paper: only then what else stands on it can be told. */
  readonly ours: boolean
  readonly differences: readonly PaperDifference[]
}

type Stated = { readonly field?: PaperField | undefined; readonly text: string; readonly letters: string }
const LANGUAGES = ['ky', 'ru', 'en'] as const
/** Less than this in common, and it is another kind of document. */
const OURS = 0.5

/**
 * Compares what can be read of a paper with what the register would print, with or without a credential in it. Pure. A picture with letters in it is not
 * read: agreement here is no proof that a reader sees the same.
 */
export function comparePaper(
  paper: Paper,
  pages: readonly string[],
  among: readonly PaperLanguage[] = LANGUAGES,
): PaperComparison {
  const compared = among.map((language) => compareIn({ ...paper, language, credential: '' }, pages))
  return compared.reduce((best, one) => (one.agreement > best.agreement ? one : best))
}

function compareIn(paper: Paper, pages: readonly string[]): PaperComparison {
  const stated = statedBy(paper)
  const text = squashed(withoutFeet(paper, pages))
  const places = alignedIn(
    text,
    stated.map(({ letters }) => letters),
  )
  const sum = (some: readonly Stated[]) => some.reduce((total, { letters }) => total + letters.length, 0)
  const agreement = sum(stated.filter((_, at) => places[at])) / sum(stated)
  const ours = agreement >= OURS
  return {
    language: languageOf(paper),
    agreement,
    ours,
    differences: ours ? inOrder(paper, stated, places, text) : anywhere(paper, stated, text),
  }
}

/** All that a paper says, a line for each text. */
export const textOfPaper = (paper: Paper): string =>
  statedBy(paper)
    .map(({ text }) => text)
    .join('\n')

/** Whether two versions say the same; when they were recorded does not count. */
export const samePaper = (a: Paper, b: Paper): boolean =>
  textOfPaper({ ...a, credential: b.credential }) === textOfPaper(b)

function statedBy(paper: Paper): readonly Stated[] {
  const parts = [...contentsOf(paper).flatMap((block) => block.parts), ...sealTexts(paper)]
  return parts.map(({ field, text }) => ({ field, text, letters: squashed(text).letters }))
}

/** The line at the foot of each page of several; it may stand within a text that goes on over pages. */
function withoutFeet({ id }: Paper, pages: readonly string[]): string {
  const feet = LANGUAGES.flatMap((language) =>
    pages.map((_, at) => `${id} · ${WORDS[language].page(at + 1, pages.length)}`),
  )
  return pages
    .map((page) => feet.reduce((rest, foot) => (rest.includes(foot) ? rest.replace(foot, ' ') : rest), page))
    .join('\n')
}

/** A text of the register and where it stands on the paper. */
type Placed = { readonly one: Stated; readonly place: Occurrence | undefined }

/** Walks the register's texts and the paper side by side: what stands between two that agree takes the place of those that lack. */
function inOrder(
  paper: Paper,
  stated: readonly Stated[],
  places: readonly (Occurrence | undefined)[],
  text: Squashed,
): readonly PaperDifference[] {
  const found: PaperDifference[] = []
  let lacking: Stated[] = []
  let last: Placed | undefined
  const close = (next: Placed | undefined) => {
    const gap = { from: last?.place?.to ?? 0, to: next?.place?.from ?? text.letters.length }
    const wide = gap.from < gap.to ? widened(gap, { last, next, lacking }, text) : { gap, lacking }
    const difference = differenceOf(paper, wide.lacking, text.slice(wide.gap.from, wide.gap.to))
    if (difference) found.push(difference)
    last = next
    lacking = []
  }
  for (const [at, one] of stated.entries()) {
    const place = places[at]
    if (place) close({ one, place })
    else lacking.push(one)
  }
  close(undefined)
  return found
}

type Neighbours = {
  readonly last: Placed | undefined
  readonly next: Placed | undefined
  readonly lacking: readonly Stated[]
}

/** What was added to a fact, in the same line, is shown with that fact whole. */
function widened(gap: Occurrence, { last, next, lacking }: Neighbours, text: Squashed) {
  const before = last?.one.field !== undefined && text.isWithinLine(gap.from) ? last : undefined
  const behind = next?.one.field !== undefined && text.isWithinLine(gap.to) ? next : undefined
  return {
    gap: { from: before?.place?.from ?? gap.from, to: behind?.place?.to ?? gap.to },
    lacking: [...(before ? [before.one] : []), ...lacking, ...(behind ? [behind.one] : [])],
  }
}

function differenceOf(paper: Paper, lacking: readonly Stated[], says: string): PaperDifference | undefined {
  const facts = lacking.filter(({ field }) => field !== undefined)
  if (facts.length === 0 && says === '') return undefined
  const recorded = facts.map(({ text }) => text).join('\n')
  return {
    fields: [...new Set(facts.flatMap(({ field }) => field ?? []))],
    ...(says !== '' && { says }),
    ...(recorded !== '' && { recorded }),
    ...(facts.length > 0 && facts.every((fact) => isHidden(paper, fact)) && { hidden: true }),
  }
}

/** Of another kind of document only what it lacks can be told. */
function anywhere(paper: Paper, stated: readonly Stated[], text: Squashed): readonly PaperDifference[] {
  const lacking = stated.filter(
    ({ field, letters }) => field !== undefined && !text.letters.includes(letters),
  )
  const fields = [...new Set(lacking.flatMap(({ field }) => field ?? []))]
  return fields.map((field) => {
    const facts = lacking.filter((fact) => fact.field === field)
    return {
      fields: [field],
      recorded: facts.map((fact) => fact.text).join('\n'),
      ...(facts.every((fact) => isHidden(paper, fact)) && { hidden: true }),
    }
  })
}

function isHidden(paper: Paper, { field, text }: Stated): boolean {
  const { erased, unavailable } = WORDS[languageOf(paper)]
  return (field === 'recipient' || field === 'acceptedBy') && (text === erased || text === unavailable)
}
