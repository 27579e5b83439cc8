import { keysWithoutPlace, unknownKeys } from './import-keys.ts'
import { type Bag, bag, has, list, personOf, text } from './import-parts.ts'
import {
  type ImportRow,
  keyOf,
  type Problem,
  type ReadFile,
  type Source,
  withoutPersons,
} from './import-rows.ts'
import { agendaOf, alongsideOf, participantsOf } from './import-session.ts'

const slugOf = (name: unknown) =>
  (text(bag(name)['en']) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)

/**
 * Reads a bundle: a session of an awarding body with its organizations, participants and awards, as
 * examples/session-34.json has it. What the file leaves out is derived where that is safe, and each time noted.
 */
export class Bundle {
  readonly #source: Source
  readonly #root: Bag
  readonly #rows: ImportRow[] = []
  readonly #problems: Problem[] = []
  readonly #notes: string[] = []

  constructor(source: Source) {
    this.#source = source
    this.#root = bag(source.value)
  }

  read(): ReadFile {
    for (const path of unknownKeys(this.#root))
      this.#problem(path, 'is not known in a bundle; mend its name or leave it out')
    this.#notes.push(...keysWithoutPlace(this.#root))
    const body = this.#organizations()
    if (body !== undefined) {
      this.#issuer(body)
      const session = this.#session(body)
      this.#awards(body, session)
    }
    return { rows: this.#rows, problems: this.#problems, notes: this.#notes }
  }

  /** Registers the parents before those that belong to them. */
  #organizations(): string | undefined {
    const all = list(this.#root['organizations']).map((value, index) => ({ one: bag(value), index }))
    all.sort((a, b) => Number(a.one['parent'] !== undefined) - Number(b.one['parent'] !== undefined))
    for (const { one, index } of all) {
      const { key, name, country, aliases, parent } = one
      this.#row(
        'organization.register',
        ['organizations', index],
        has({ id: key, name, country, aliases, parent }),
      )
    }
    const body = bag(this.#root['awardingBody'])
    const id = text(body['key']) ?? slugOf(body['short'] ?? body['name'])
    if (id === '') {
      this.#problem(['awardingBody'], 'is missing, or has neither a key nor an English name to make one of')
      return undefined
    }
    const aliases = body['short'] === undefined ? undefined : [body['short']]
    this.#row(
      'organization.register',
      ['awardingBody'],
      has({ id, name: body['name'] ?? body['short'], aliases }),
    )
    return id
  }

  #issuer(body: string): void {
    const given = bag(this.#root['issuer'])
    const session = bag(this.#root['session'])
    const { short, name } = bag(this.#root['awardingBody'])
    const id = text(given['id']) ?? body
    const kinds =
      list(given['kinds']).length > 0
        ? given['kinds']
        : [...new Set(list(this.#root['awards']).map((award) => bag(award)['kind']))]
    if (Object.keys(given).length === 0)
      this.#notes.push(
        `no issuer is named: ${body} issues its own awards, accredited from the session's first day`,
      )
    this.#row('issuer.register', ['issuer'], { id, name: given['name'] ?? short ?? name, body })
    if (list(kinds).length === 0) return
    const accreditationId = `import-${text(session['startsOn']) ?? 'undated'}`
    this.#row(
      'issuer.accredit',
      ['issuer'],
      has({ accreditationId, kinds, from: given['from'] ?? session['startsOn'], until: given['until'] }),
      id,
    )
  }

  #session(body: string): string | undefined {
    if (this.#root['session'] === undefined) return undefined
    const { number, startsOn, endsOn, place, format, key, decisions, ...rest } = bag(this.#root['session'])
    const id = text(key) ?? `${body}-${String(number)}`
    this.#row('session.convene', ['session'], has({ id, body, number, startsOn, endsOn, place, format }))
    this.#agenda(id, rest)
    this.#participants(id)
    const chair = bag(rest['chair'])
    if (rest['chair'] !== undefined)
      this.#row(
        'session.name-chair',
        ['session', 'chair'],
        has({ person: personOf(chair), organizationId: chair['organization'], country: chair['country'] }),
        id,
      )
    for (const [index, value] of list(rest['alongside']).entries())
      this.#alongside(id, index, bag(value), text(startsOn))
    if (typeof decisions === 'string')
      this.#notes.push('session.decisions is told in words; decisions are recorded item by item, so none was')
    for (const [index, value] of list(decisions).entries())
      this.#row('session.record-decision', ['session', 'decisions', index], bag(value), id)
    return id
  }

  #agenda(id: string, { agendaItemCount, agendaItemsNamed }: Bag): void {
    const named = list(agendaItemsNamed)
    const items = agendaOf(named, agendaItemCount)
    if (items.length === 0) return
    if (named.length < items.length)
      this.#notes.push(
        `the agenda has ${items.length} items and the file names ${named.length}: the others are recorded as not named`,
      )
    this.#row('session.adopt-agenda', ['session', 'agendaItemsNamed'], { items }, id)
  }

  #participants(id: string): void {
    const participants = participantsOf(list(this.#root['participants']))
    if (participants.length > 0)
      this.#row('session.register-participants', ['participants'], { participants }, id)
  }

  #alongside(id: string, index: number, one: Bag, startsOn: string | undefined): void {
    const input = alongsideOf(one, index, startsOn)
    this.#row('session.add-alongside-event', ['session', 'alongside', index], input, id)
  }

  #awards(body: string, sessionId: string | undefined): void {
    const issuerId = text(bag(this.#root['issuer'])['id']) ?? body
    const lastDay = bag(this.#root['session'])['endsOn']
    for (const [index, value] of list(this.#root['awards']).entries())
      this.#award(index, bag(value), { issuerId, sessionId, lastDay })
  }

  #award(
    index: number,
    award: Bag,
    { issuerId, sessionId, lastDay }: { issuerId: string; sessionId: string | undefined; lastDay: unknown },
  ): void {
    const { kind, recipient, title, confers, acceptedBy, issuedOn, serialNumber, validFrom, validUntil } =
      award
    const organization = list(this.#root['organizations'])
      .map(bag)
      .find(({ key }) => key === recipient)
    if (typeof recipient !== 'string' || !/^[a-z0-9-]+$/.test(recipient))
      return this.#problem(
        ['awards', index, 'recipient'],
        'is no key of an organization; name one under organizations and give its key here',
      )
    if (issuedOn === undefined)
      this.#notes.push(
        `awards/${index}: no day of issue is given: the session's last day, ${String(lastDay)}, is taken`,
      )
    const day = issuedOn ?? lastDay
    const input = has({
      issuerId,
      kind,
      title,
      citation: typeof confers === 'string' ? { en: confers } : confers,
      recipient: {
        type: 'organization',
        organizationId: recipient,
        nameAsWritten: award['nameAsWritten'] ?? organization?.['name'],
      },
      basis: sessionId === undefined ? undefined : { sessionId },
      serialNumber,
      issuedOn: day,
      validFrom,
      validUntil,
    })
    const issue = this.#row('certificate.issue', ['awards', index], input)
    if (acceptedBy === undefined) return
    const accepted = bag(acceptedBy)
    const acceptance = has({
      person: personOf(accepted),
      acceptedOn: accepted['on'] ?? day,
      place: bag(bag(this.#root['session'])['place'])['city'],
    })
    this.#row('certificate.accept', ['awards', index, 'acceptedBy'], acceptance, undefined, issue)
  }

  #row(
    command: string,
    path: readonly (string | number)[],
    input: Bag,
    id?: string,
    follows?: ImportRow,
  ): ImportRow {
    const key = keyOf(command, [id ?? follows?.key, withoutPersons(input)])
    const row = {
      command,
      input,
      key,
      place: this.#source.place(...path),
      ...(id !== undefined && { id }),
      ...(follows && { follows }),
    }
    this.#rows.push(row)
    return row
  }

  #problem(path: readonly (string | number)[], problem: string): void {
    this.#problems.push({ ...this.#source.place(...path), problem })
  }
}
