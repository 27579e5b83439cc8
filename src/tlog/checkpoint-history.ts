import { existsSync, renameSync, statSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Checkpoint, parseCheckpoint } from '../transparency/checkpoint.ts'
import { readIfThere } from './durable-file.ts'

const line = z.strictObject({ at: z.string(), note: z.string() })

/** A checkpoint as it was published: when, what it says, and the whole signed note. */
export type PublishedCheckpoint = Checkpoint & { readonly at: string; readonly note: string }

/** Bytes of the file that is written to; with the one before it, twice as many are kept. */
const MOST_BYTES = 1024 * 1024

/**
 * The checkpoints that this node published, each with the moment and its signatures, line by line in a file beside the
 * tiles: the latest megabyte and the one before it, some thousands. A witness that cosigned later gives a line of its
 * own. Written behind the event loop's back and flushed; a crash may cost the last lines, and a full disk all of them
 * while it lasts: what must not be lost, that it was signed, is in the signer's file.
 */
export class CheckpointHistory {
  readonly #file: string
  readonly #now: () => number
  readonly #mostBytes: number
  #writing: Promise<void> = Promise.resolve()
  #last: Pick<PublishedCheckpoint, 'at' | 'note'> | undefined
  /** Whether the file ends in a line that a crash cut short. */
  #isCut: boolean

  /** `now`: milliseconds since 1970. */
  constructor(file: string, now: () => number, mostBytes = MOST_BYTES) {
    this.#file = file
    this.#now = now
    this.#mostBytes = mostBytes
    this.#last = this.all()[0]
    this.#isCut = !(readIfThere(file) ?? '\n').endsWith('\n')
  }

  /** Takes a checkpoint that is published; one that is published again, as after a restart, is in already. */
  add(note: string): void {
    if (note === this.#last?.note) return
    const at = new Date(this.#now()).toISOString()
    this.#last = { at, note }
    const text = `${JSON.stringify({ at, note } satisfies z.infer<typeof line>)}\n`
    this.#writing = this.#writing.then(() => this.#write(text)).catch(() => undefined)
  }

  /** When the last one was published. */
  get lastAt(): string | undefined {
    return this.#last?.at
  }

  /** Everything that is kept, the latest first; of the notes of one checkpoint the last, with the most signatures. */
  all(): readonly PublishedCheckpoint[] {
    const kept: PublishedCheckpoint[] = []
    for (const one of linesOf(this.#before).concat(linesOf(this.#file))) {
      const last = kept.at(-1)
      if (last && last.size === one.size && last.root === one.root && last.origin === one.origin)
        kept.splice(-1, 1, { ...one, at: last.at })
      else kept.push(one)
    }
    return kept.reverse()
  }

  /** Resolves once what was added is on the disk, or could not be put there. */
  async settled(): Promise<void> {
    await this.#writing
  }

  get #before(): string {
    return `${this.#file}.before`
  }

  async #write(text: string): Promise<void> {
    if (existsSync(this.#file) && statSync(this.#file).size + text.length > this.#mostBytes)
      renameSync(this.#file, this.#before)
    await appendFile(this.#file, this.#isCut ? `\n${text}` : text, { mode: 0o600, flush: true })
    this.#isCut = false
  }
}

/** Lines that can't be read are left out: half a line may stand where a crash was. */
function linesOf(file: string): readonly PublishedCheckpoint[] {
  return (readIfThere(file) ?? '').split('\n').flatMap((text) => {
    try {
      const { at, note } = line.parse(JSON.parse(text))
      const checkpoint = parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
      return checkpoint ? [{ ...checkpoint, at, note }] : []
    } catch {
      return []
    }
  })
}
