import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Paper } from './paper.ts'
import type { PaperFound } from './paper-of.ts'

/** How many PDFs a node keeps; one has some 40 kB. */
const MOST_KEPT = 100
/** Part of every tag: counts up when the same paper is drawn otherwise. */
const DESIGN = 1

/**
 * PDFs that were made, by everything that they say: what is kept is never stale. They may show names of persons, so an
 * erasure must `forget` them.
 */
export class KeptPapers {
  readonly #print: (paper: Paper) => Promise<Buffer>
  readonly #kept = new LRUCache<string, Promise<Buffer>>({ max: MOST_KEPT })

  constructor(print: (paper: Paper) => Promise<Buffer>) {
    this.#print = print
  }

  /** A strong entity tag. It tells nothing of a person, for it may be kept elsewhere after an erasure. */
  tagOf({ revision, identity }: PaperFound): string {
    return `"${revision}-${DESIGN}-${createHash('sha256').update(identity).digest('base64url')}"`
  }

  /**
   * The PDF; made once, whoever asks meanwhile shares it. To be called in the turn of the event loop in which the paper
   * was read: then an erasure either comes before the names were read, or forgets what is made of them.
   */
  pdfOf(found: PaperFound): Promise<Buffer> {
    const tag = this.tagOf(found)
    const known = this.#kept.get(tag)
    if (known) return known
    const printed = this.#print(found.paper)
    this.#kept.set(tag, printed)
    printed.catch(() => {
      if (this.#kept.peek(tag) === printed) this.#kept.delete(tag)
    })
    return printed
  }

  /** Keeps nothing any more, also of what is being made. */
  forget(): void {
    this.#kept.clear()
  }
}
