import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entryNamed } from '../../src/commands/catalogue.ts'
import type { CommandDeps } from '../../src/commands/catalogue-entry.ts'
import type { Actor, Lookup } from '../../src/commands/command.ts'
import type { Request } from '../../src/commands/executor.ts'
import { FoldedStreams } from '../../src/commands/folded-streams.ts'
import type {
  AppendOutcome,
  EventLog,
  NewEvent,
  RecordedEvent,
  StreamRevision,
} from '../../src/log/event-log.ts'
import { START } from '../../src/log/position.ts'
import {
  openSqlitePersonalStore,
  type SqlitePersonalStore,
} from '../../src/personal/sqlite-personal-store.ts'
import { collect } from './events.ts'
import { MemoryEventLog } from './memory-event-log.ts'

export const registrar: Actor = { name: 'operator/r1', role: 'registrar', issuerId: 'operator' }
export const council: Actor = { name: 'council/k1', role: 'issuer', issuerId: 'council' }
export const academy: Actor = { name: 'academy/k1', role: 'issuer', issuerId: 'academy' }
export const auditor: Actor = { name: 'council/a1', role: 'auditor', issuerId: 'council' }

/** Stands for the crash of the process: whatever the command had still to do is not done. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

/** A log whose process dies around its n-th append from now: before it, or behind it with its answer lost. */
export class CrashingLog implements EventLog {
  readonly inner: EventLog
  appends = 0
  #at: { readonly append: number; readonly when: 'before' | 'behind' } | undefined

  constructor(inner: EventLog) {
    this.inner = inner
  }

  crashAt(append: number, when: 'before' | 'behind'): void {
    this.appends = 0
    this.#at = { append, when }
  }

  /** The process was started again. */
  restart(): void {
    this.#at = undefined
  }

  async append(
    stream: string,
    expected: StreamRevision,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome> {
    this.appends += 1
    const dies = this.#at?.append === this.appends ? this.#at.when : undefined
    if (dies === 'before') throw new Crash('before the append')
    const outcome = await this.inner.append(stream, expected, events)
    if (dies === 'behind') throw new Crash('behind the append')
    return outcome
  }

  readStream: EventLog['readStream'] = (stream, from) => this.inner.readStream(stream, from)
  readAll: EventLog['readAll'] = (after, options) => this.inner.readAll(after, options)
  readBack: EventLog['readBack'] = (before, options) => this.inner.readBack(before, options)
  follow: EventLog['follow'] = (after, options) => this.inner.follow(after, options)
  head: EventLog['head'] = () => this.inner.head()
  close: EventLog['close'] = () => this.inner.close()
}

/** What commands need, on a hostile log in memory, with a clock that stands still until it is moved. */
export class CommandRig {
  readonly memory = new MemoryEventLog()
  readonly log = new CrashingLog(this.memory)
  readonly folder = mkdtempSync(join(tmpdir(), 'commands-'))
  readonly personal: SqlitePersonalStore = openSqlitePersonalStore(this.folder)
  readonly erased = new Set<string>()
  now = Date.parse('2024-11-10T09:00:00.000Z')
  conflicts = 0
  /** Sees no organization and no session, as a read model far behind does: the log must answer. */
  readonly lookup: Lookup = {
    organizationExists: () => false,
    sessionExists: () => false,
    personErased: (id) => this.erased.has(id),
    personKnown: () => true,
    keyIssuer: () => undefined,
  }
  readonly deps: CommandDeps = {
    log: this.log,
    personal: this.personal,
    lookup: this.lookup,
    now: () => new Date(this.now).toISOString(),
    randomBytes,
    folded: new FoldedStreams(this.log),
    onConflict: () => {
      this.conflicts += 1
    },
  }

  /** Runs a command as a request would: its input parsed by the entry's schema. */
  async run(name: string, id: string | undefined, input: object, given: Partial<Request> = {}) {
    const entry = entryNamed(name)
    const request = { actor: registrar, correlationId: 'c-1', ...given }
    return entry.run(this.deps, id, entry.input.parse(input), request)
  }

  /** As `run`; throws unless it is recorded. Answers the subject. */
  async must(name: string, id: string | undefined, input: object, given: Partial<Request> = {}) {
    const outcome = await this.run(name, id, input, given)
    if (!outcome.ok) throw new Error(`${name}: ${JSON.stringify(outcome.refusal)}`)
    return outcome
  }

  /** Two bodies with an issuer each, a recipient, and a session of the first with agenda and seminar. */
  async furnish(): Promise<void> {
    for (const id of ['council-body', 'academy-body', 'state-fund'])
      await this.must('organization.register', undefined, { id, name: { en: id } })
    for (const id of ['council', 'academy']) {
      await this.must('issuer.register', undefined, { id, name: { en: id }, body: `${id}-body` })
      const accreditation = { accreditationId: 'a1', kinds: ['status'], from: '2024-01-01' }
      await this.must('issuer.accredit', id, accreditation)
    }
    await this.must('session.convene', undefined, { ...session34, body: 'council-body' })
    await this.must('session.adopt-agenda', 'session-34', { items: [{ number: 1, title: { en: 'Status' } }] })
  }

  async events(): Promise<readonly RecordedEvent[]> {
    return collect(this.memory.readAll(START))
  }

  /** What the first event of a type says. */
  async first(type: string): Promise<object> {
    const event = (await this.events()).find((one) => one.type === type)
    if (!event) throw new Error(`no ${type}`)
    return event.data
  }

  async count(type: string): Promise<number> {
    return (await this.events()).filter((event) => event.type === type).length
  }

  async close(): Promise<void> {
    await this.log.close()
    await this.personal.close()
    rmSync(this.folder, { recursive: true })
  }
}

export const session34 = {
  id: 'session-34',
  number: 34,
  startsOn: '2024-11-06',
  endsOn: '2024-11-07',
  place: { city: { en: 'Astana' }, country: 'KZ' },
  format: 'hybrid',
}

export const award = {
  issuerId: 'council',
  kind: 'status',
  title: { en: 'Certificate of status' },
  recipient: { type: 'organization', organizationId: 'state-fund', nameAsWritten: { ky: 'Мамфонд' } },
  issuedOn: '2024-11-06',
}

/** The refusal's kind, or `ok`. */
export const answer = (outcome: Awaited<ReturnType<CommandRig['run']>>): string =>
  outcome.ok ? 'ok' : outcome.refusal.kind
