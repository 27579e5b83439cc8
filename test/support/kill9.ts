import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openSqliteEventLog } from '../../src/log/sqlite-event-log.ts'
import { judge } from './kill9-oracle.ts'
import type { Acknowledged } from './kill9-oracle.ts'

const WRITERS = 16
const CHILD = new URL('./kill9-child.ts', import.meta.url).pathname

/** One killing: after how long, what had been acknowledged in it, what the log then held, and what was wrong. */
export type Round = {
  readonly round: number
  readonly milliseconds: number
  readonly acknowledged: number
  readonly events: number
  readonly problems: readonly string[]
}

/**
 * Kills a process that writes, with -9 and at a random moment, `rounds` times over the same log, and judges the
 * reopened log after each against everything acknowledged in all rounds. `random` gives the moments.
 */
export async function* killRounds(rounds: number, random: () => number): AsyncGenerator<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'kill9-'))
  const acknowledged: Acknowledged[] = []
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const milliseconds = Math.floor(20 + random() * 600)
      const before = acknowledged.length
      acknowledged.push(...(await writeUntilKilled(folder, round, milliseconds)))
      const { events, problems } = await judgeFolder(folder, acknowledged)
      yield { round, milliseconds, acknowledged: acknowledged.length - before, events, problems }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The moment counts from the first acknowledgement, so that it always falls among writes. */
async function writeUntilKilled(
  folder: string,
  round: number,
  milliseconds: number,
): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [CHILD, folder, String(round), String(WRITERS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const acknowledged: Acknowledged[] = []
  let timer: NodeJS.Timeout | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    timer ??= setTimeout(() => child.kill('SIGKILL'), milliseconds)
    const told = parse(line)
    if (told !== undefined) acknowledged.push(told)
  }
  clearTimeout(timer)
  const [, signal] = (await exited) as [number | null, string | null]
  if (signal !== 'SIGKILL') throw new Error('the writing process ended before it was killed')
  return acknowledged
}

/** The last line may have been cut by the kill; then nobody was told. */
function parse(line: string): Acknowledged | undefined {
  return line.endsWith('}') ? (JSON.parse(line) as Acknowledged) : undefined
}

async function judgeFolder(folder: string, acknowledged: readonly Acknowledged[]) {
  const log = await openSqliteEventLog(folder)
  try {
    const { events, problems } = await judge(log, acknowledged)
    const findings = (await log.checkIntegrity()).map(
      ({ stream, problem }) => `${stream ?? 'file'}: ${problem}`,
    )
    return { events, problems: [...problems, ...findings] }
  } finally {
    await log.close()
  }
}
