/**
 * A place in the log's total order. Two numbers because EventStoreDB names a place by its commit and its
 * prepare position; the embedded log sets both to the same value. Positions grow strictly and may have gaps.
 */
export type Position = { readonly commit: bigint; readonly prepare: bigint }

/** Before the first event of a log. */
export const START: Position = { commit: -1n, prepare: -1n }

/** Negative where `a` comes before `b`, positive where after, 0 where they are the same place. */
export function comparePositions(a: Position, b: Position): number {
  if (a.commit !== b.commit) return a.commit < b.commit ? -1 : 1
  if (a.prepare !== b.prepare) return a.prepare < b.prepare ? -1 : 1
  return 0
}

/** Text form: `17`, or `17.16` where commit and prepare differ; `start` before the first event. */
export function formatPosition({ commit, prepare }: Position): string {
  if (commit < 0n) return 'start'
  return commit === prepare ? commit.toString() : `${commit}.${prepare}`
}

const TEXT = /^(0|[1-9][0-9]{0,18})(?:\.(0|[1-9][0-9]{0,18}))?$/

/** Reads the text form. `undefined` for anything that `formatPosition` would not print. */
export function parsePosition(text: string): Position | undefined {
  if (text === 'start') return START
  const match = TEXT.exec(text)
  if (match?.[1] === undefined) return undefined
  const commit = BigInt(match[1])
  const position = { commit, prepare: match[2] === undefined ? commit : BigInt(match[2]) }
  return formatPosition(position) === text ? position : undefined
}
