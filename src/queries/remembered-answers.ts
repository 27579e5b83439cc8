import { LRUCache } from 'lru-cache'
import type { ReadModel } from '../projections/read-model.ts'
import { VersionedCache } from './versioned-cache.ts'

type Answer = { readonly kind: 'found'; readonly revision: bigint; readonly body: Buffer }

/** How many bytes of answers a node keeps, and of how many certificates it knows that they were asked for. */
const MOST_BYTES = 8 * 1024 * 1024
const MOST_ASKED = 2_000

/** What an answer without persons is cut from. */
const TABLES = ['certificate', 'issuer'] as const

/**
 * The answers given since a certificate or an issuer last changed, of what was asked for more than once: many people
 * look at the same certificate on the day it is handed out, while answers to single questions are not worth keeping.
 */
class RememberedAnswers {
  readonly #answers: VersionedCache<Answer>
  readonly #asked = new Set<string>()

  constructor(model: ReadModel) {
    const answers = new LRUCache<string, Answer>({
      maxSize: MOST_BYTES,
      sizeCalculation: ({ body }, key) => body.length + key.length,
    })
    this.#answers = new VersionedCache(model, TABLES, answers)
  }

  get(key: string): Answer | undefined {
    return this.#answers.get(key)
  }

  /** To be called in the turn of the event loop in which the answer was made. The caller vouches that `body` holds nothing of a person: an erasure changes none of the tables. */
  asked(key: string, { revision, body }: { readonly revision: bigint; readonly body: string }): void {
    if (this.#asked.delete(key)) {
      const answer = { kind: 'found', revision, body: Buffer.from(body) } as const
      this.#answers.set(key, answer, this.#answers.versions())
      return
    }
    if (this.#asked.size >= MOST_ASKED) this.#asked.clear()
    this.#asked.add(key)
  }
}

const kept = new WeakMap<ReadModel, RememberedAnswers>()

/** What is remembered of this read model's answers. */
export function rememberedAnswers(model: ReadModel): RememberedAnswers {
  const known = kept.get(model)
  if (known) return known
  const answers = new RememberedAnswers(model)
  kept.set(model, answers)
  return answers
}
