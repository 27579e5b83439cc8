import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog, RecordedEvent } from '../../src/log/event-log.ts'
import { START } from '../../src/log/position.ts'
import { TransparencyLog, type TransparencyOptions } from '../../src/tlog/transparency-log.ts'
import { parseCheckpoint } from '../../src/transparency/checkpoint.ts'
import { EMPTY_ROOT, type Hash, leafHash, nodeHash } from '../../src/transparency/hash.ts'
import { leafData } from '../../src/transparency/leaf.ts'
import { openNote } from '../../src/transparency/open-note.ts'
import { logSigner } from '../../src/transparency/signer.ts'
import type { Verifier } from '../../src/transparency/vkey.ts'
import { collect, newEvent } from './events.ts'

export const ORIGIN = 'registry.test/tlog'
export const newPrivateKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey

/** Asks again and again, for a generous time; answers whether it came true. */
export async function until(
  holds: () => boolean | undefined | Promise<boolean | undefined>,
  ms = 20_000,
): Promise<boolean> {
  const end = performance.now() + ms
  for (; performance.now() < end; await sleep(10)) if ((await holds()) === true) return true
  return false
}

/** Appends so many events, every third of them to a stream that has one. */
export async function appendEvents(log: EventLog, count: number, mark = 'x'): Promise<void> {
  for (let n = 0; n < count; n++) {
    const stream = `award-${mark}-${n - (n % 3)}`
    const event = newEvent({ data: { note: `${mark} ${n}` } })
    const outcome = await log.append(stream, n % 3 === 0 ? 'no-stream' : BigInt((n % 3) - 1), [event])
    if (outcome.kind !== 'appended') throw new Error(`${stream} is not new`)
  }
}

/** The leaf's data of an event, from what DESIGN says of it. */
export const leafOf = ({ id, stream, revision, type, data, metadata }: RecordedEvent) =>
  leafData({ id, stream, revision, type, data, recordedAt: metadata.recordedAt })

export async function leavesOf(log: EventLog): Promise<readonly Buffer[]> {
  return (await collect(log.readAll(START))).map(leafOf)
}

/** RFC 6962 word for word. */
export function naiveRoot(leaves: readonly Hash[]): Hash {
  if (leaves.length <= 1) return leaves[0] ?? EMPTY_ROOT
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

export const rootOfLeaves = (leaves: readonly Buffer[]) => naiveRoot(leaves.map(leafHash))

/** A note's checkpoint and by how many of the given keys it is signed; `undefined` where it does not open. */
export function opened(note: string | undefined, verifiers: readonly Verifier[]) {
  const read = openNote(note ?? '', verifiers)
  const checkpoint = read.ok ? parseCheckpoint(read.note.text) : undefined
  return read.ok && checkpoint ? { ...checkpoint, by: read.verified.length } : undefined
}

/** A folder for the files of one or more nodes' logs; every node opened in it is stopped with the test. */
export function tlogFolder({
  teardown,
}: {
  readonly teardown: (this: void, work: () => Promise<void>) => void
}) {
  const folder = mkdtempSync(join(tmpdir(), 'registry-tlog-'))
  const key = newPrivateKey()
  const running = new Set<TransparencyLog>()
  const faults: { readonly fault: Error; readonly final: boolean }[] = []
  const open = (log: EventLog, more: Partial<TransparencyOptions> & { origin?: string } = {}) => {
    const tlog = new TransparencyLog({
      log,
      folder,
      signer: logSigner(more.origin ?? ORIGIN, key),
      onFault: (fault, final) => faults.push({ fault, final }),
      ...more,
    })
    running.add(tlog)
    const stop = () => {
      running.delete(tlog)
      return tlog.stop()
    }
    return { tlog, stop }
  }
  teardown(async () => {
    for (const tlog of running) await tlog.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, key, faults, open }
}
