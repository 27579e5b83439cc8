import { hash } from 'node:crypto'
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import { catalogue } from '../commands/catalogue.ts'

/** Where a row stands in its file: the line, from 1, and a JSON Pointer (RFC 6901). */
export type Place = { readonly line: number; readonly pointer: string }
export type Problem = Place & { readonly problem: string }

/** A path as a JSON Pointer: `~` and `/` within a name are escaped (RFC 6901, 3). */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** One command to run. `follows` is the row whose subject this one is about (a certificate's ID is known once it is issued). */
export type ImportRow = {
  readonly command: string
  readonly id?: string
  readonly follows?: ImportRow
  readonly input: Readonly<Record<string, unknown>>
  readonly place: Place
  /** The same for the same row of whatever file: a second run finds what the first recorded. */
  readonly key: string
}

export type ReadFile = {
  readonly rows: readonly ImportRow[]
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
}

/** The key of a row: of what it asks and of whom, not of persons' names, which must not be guessable from the log. */
export function keyOf(command: string, subject: unknown): string {
  return `import:${hash('sha256', JSON.stringify([command, subject]), 'hex').slice(0, 40)}`
}

/** A JSON text with its places. `undefined` where it can't be read; the problem says where. */
export class Source {
  readonly #text: string
  readonly #root: Node | undefined
  readonly #firstLine: number
  readonly problems: readonly Problem[]

  constructor(text: string, firstLine = 1) {
    const errors: ParseError[] = []
    this.#text = text
    this.#firstLine = firstLine
    this.#root = parseTree(text, errors, { disallowComments: true })
    this.problems = errors.slice(0, 1).map(({ error, offset }) => ({
      line: this.#lineAt(offset),
      pointer: '',
      problem: `is not JSON: ${printParseErrorCode(error)}`,
    }))
  }

  get value(): unknown {
    return this.#root && (getNodeValue(this.#root) as unknown)
  }

  place(...path: readonly (string | number)[]): Place {
    let node = this.#root
    const found: (string | number)[] = []
    for (const step of path) {
      const next = node && findNodeAtLocation(node, [step])
      if (!next) break
      node = next
      found.push(step)
    }
    return { line: this.#lineAt(node?.offset ?? 0), pointer: pointerTo(path) }
  }

  #lineAt(offset: number): number {
    return this.#firstLine + this.#text.slice(0, offset).split('\n').length - 1
  }
}

const COMMANDS = new Set(catalogue.map(({ name }) => name))

/** Reads NDJSON: a command of the catalogue a line, `{"command": "organization.register", "id": …, …}`. */
export function readNdjson(text: string): ReadFile {
  const rows: ImportRow[] = []
  const problems: Problem[] = []
  for (const [index, content] of text.split('\n').entries()) {
    if (content.trim() === '') continue
    const source = new Source(content, index + 1)
    problems.push(...source.problems)
    if (source.problems.length > 0) continue
    const row = rowOf(source)
    if ('problem' in row) problems.push(row)
    else rows.push(row)
  }
  return { rows, problems, notes: [] }
}

function rowOf(source: Source): ImportRow | Problem {
  const { value } = source
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ...source.place(), problem: 'is not an object such as {"command": "organization.register", …}' }
  const { command, ...rest } = value as Record<string, unknown>
  if (typeof command !== 'string' || !COMMANDS.has(command))
    return { ...source.place('command'), problem: `is not one of ${[...COMMANDS].join(', ')}` }
  const entry = catalogue.find(({ name }) => name === command)
  const onSubject = entry?.path.includes('/:id') === true
  const { id, ...withoutId } = rest
  if (onSubject && typeof id !== 'string')
    return { ...source.place(), problem: `has no id: ${command} needs the ID of its subject` }
  const input = onSubject ? withoutId : rest
  const key = keyOf(command, [id, withoutPersons(input)])
  return { command, input, place: source.place(), key, ...(onSubject && { id: String(id) }) }
}

/** Leaves out what stands under `person`. */
export function withoutPersons(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPersons)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'person')
      .map(([name, one]) => [name, withoutPersons(one)]),
  )
}
