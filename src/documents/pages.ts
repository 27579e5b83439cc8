import { type Block, type Part, SHEET } from './design.ts'
import { type Line, type Measure, setText } from './typeset.ts'

/** A part with its lines. */
export type SetPart = Part & {
  readonly lines: readonly Line[]
  readonly rightToLeft: boolean
  readonly plain: boolean
}
export type SetBlock = Omit<Block, 'parts'> & { readonly parts: readonly SetPart[] }

/** Some lines of a block, from `first` up to and without `end`, with their upper edge on the page. */
export type Placed = {
  readonly block: SetBlock
  readonly first: number
  readonly end: number
  readonly y: number
}
export type Page = readonly Placed[]

/** What a unit of flex may take at most, in points. */
const MOST_FLEX = 15
/** Of the space that is left, how much goes between the blocks. */
const SPREAD = 0.8
const RULE = 1
/** Below the last of these, small print would be too small to read on paper. */
const SCALES = [1, 0.95, 0.9, 0.86]

const FLOOR = SHEET.height - SHEET.bottom

/** How high a line of a block is: the highest of its parts. */
export const lineHeight = (block: SetBlock): number =>
  block.parts.length === 0 ? RULE : Math.max(...block.parts.map(({ style }) => style.size * style.leading))

const linesOf = (block: SetBlock) => Math.max(1, ...block.parts.map(({ lines }) => lines.length))
const heightOf = (block: SetBlock) => lineHeight(block) * linesOf(block)

/** Sets the blocks' texts, smaller and closer by `scale`. */
function setBlocks(blocks: readonly Block[], measure: Measure, scale: number): readonly SetBlock[] {
  return blocks.map((block) => ({
    ...block,
    before: block.before * scale,
    parts: block.parts.map((whole) => {
      const part = { ...whole, style: { ...whole.style, size: whole.style.size * scale } }
      const options = { width: part.column.width, measure, balance: part.align === 'center' }
      return { ...part, ...setText(part.text, part.style, options) }
    }),
  }))
}

/**
 * Places blocks on one sheet if they fit, somewhat smaller if need be, and spreads them over it; else on as many pages
 * as they need. `foot` is the height of what stands at the bottom of the last one.
 */
export function paginate(blocks: readonly Block[], measure: Measure, foot: number): readonly Page[] {
  for (const scale of SCALES) {
    const set = setBlocks(blocks, measure, scale)
    const spare = FLOOR - foot - SHEET.top - totalOf(set)
    if (spare >= 0) return [onePage(set, spare)]
  }
  const pages = flow(setBlocks(blocks, measure, 1))
  const last = pages.at(-1)?.at(-1)
  const end = last ? last.y + (last.end - last.first) * lineHeight(last.block) : SHEET.top
  return end + foot > FLOOR ? [...pages, []] : pages
}

const totalOf = (blocks: readonly SetBlock[]) =>
  blocks.reduce((sum, block, at) => sum + (at === 0 ? 0 : block.before) + heightOf(block), 0)

function onePage(blocks: readonly SetBlock[], spare: number): Page {
  const shares = blocks.reduce((sum, { flex = 0 }) => sum + flex, 0)
  const unit = shares === 0 ? 0 : Math.min(MOST_FLEX, (spare * SPREAD) / shares)
  let y: number = SHEET.top
  return blocks.map((block, at) => {
    y += (at === 0 ? 0 : block.before) + unit * (block.flex ?? 0)
    const placed = { block, first: 0, end: linesOf(block), y }
    y += heightOf(block)
    return placed
  })
}

function flow(blocks: readonly SetBlock[]): readonly Page[] {
  const pages: Placed[][] = [[]]
  let y: number = SHEET.top
  const turn = () => {
    pages.push([])
    y = SHEET.top
  }
  for (const [at, block] of blocks.entries()) {
    const height = lineHeight(block)
    const isFirst = () => pages.at(-1)?.length === 0
    if (!isFirst()) y += block.before
    if (!isFirst() && y + needed(blocks, at) > FLOOR) turn()
    for (let first = 0, lines = linesOf(block); first < lines; ) {
      const fitting = Math.max(1, Math.floor((FLOOR - y) / height))
      const end = Math.min(lines, first + fitting)
      pages.at(-1)?.push({ block, first, end, y })
      y += (end - first) * height
      if (end < lines) turn()
      first = end
    }
  }
  return pages
}

/** What must find place on a page for a block to begin on it: two lines of its own, or all where it keeps with the next. */
function needed(blocks: readonly SetBlock[], at: number): number {
  const block = blocks[at]
  if (!block) return 0
  const own = lineHeight(block) * Math.min(linesOf(block), 2)
  const next = blocks[at + 1]
  return block.keep && next && linesOf(block) < 4
    ? heightOf(block) + next.before + needed(blocks, at + 1)
    : own
}
