import {
  alongsideKind,
  attendance,
  type ConvenedSession,
  implementationStatus,
  undecidedItems,
} from '../../../domain/session.ts'
import type { Choice } from '../awards/choices.ts'
import type { Deed } from '../deeds.ts'
import type { Field, Typed } from '../forms.ts'
import { textFields } from '../text-fields.ts'
import { filled, textField, texts, textsIfAny } from '../typed.ts'
import type { Visit } from '../visit.ts'
import { agendaItems } from './agenda.ts'
import { SESSION_WORDS, type SessionWords } from './words.ts'

type SessionDeed = Deed<ConvenedSession>
/** What the forms of a session offer. */
export type SessionChoices = {
  readonly organizations: Choice
  readonly agenda: Choice
  /** Names of participants by their commitment, as far as they can be shown. */
  readonly names: ReadonlyMap<string, string>
}

const named = <Values extends string>(values: readonly Values[], own: SessionWords) =>
  values.map((value) => [value, own[value as keyof SessionWords]] as const)
const simple = (pointer: string): string => pointer.split('/')[1] ?? ''
/** A text, or a person's name and position, among simple fields. */
function fieldOf(pointer: string): string {
  const [, first = '', second, third] = pointer.split('/')
  if (first === 'person') return textField(second === 'position' ? 'position' : 'name', third)
  return first === 'text' || first === 'title' ? textField(first, second) : first
}
const person = (typed: Typed) => {
  const position = textsIfAny(typed, 'position')
  return { name: texts(typed, 'name'), ...(position && { position }) }
}
/** The named fields as far as something was typed into them. */
const given = (typed: Typed, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = filled(typed)[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** Everything that can be recorded of a session, in the order in which it happens. */
export function sessionDeeds(
  { speech, words }: Visit,
  session: ConvenedSession,
  choices: SessionChoices,
): readonly SessionDeed[] {
  const { organizations, agenda } = choices
  const own = SESSION_WORDS[speech.language]
  const isOpen = session.status === 'open'
  const organization: Field = {
    name: 'organizationId',
    label: own.represents,
    suggestions: organizations,
    finds: 'organization',
  }
  const who: readonly Field[] = [
    ...textFields(words, 'name', own.name),
    ...textFields(words, 'position', own.position),
    organization,
    { name: 'country', label: own.country },
  ]
  const item: Field =
    agenda.length > 0
      ? { name: 'item', label: own.item, options: agenda, required: true }
      : { name: 'item', label: own.item, type: 'number', required: true }
  const undecided = undecidedItems(session)
  return [
    {
      path: 'agenda',
      command: 'session.adopt-agenda',
      label: own.agenda,
      offered: isOpen && session.agenda === undefined,
      fields: textFields(words, 'items', own.items, { type: 'textarea' }).map((field, at) =>
        at === 2 ? { ...field, hint: own.agendaHint } : field,
      ),
      input: (typed) => ({ items: agendaItems(typed) }),
      fieldOf: (pointer) => textField('items', pointer.split('/')[4]),
    },
    {
      path: 'participants',
      command: 'session.register-participants',
      label: own.participant,
      offered: isOpen,
      fields: [
        { name: 'participantId', label: own.participantId, required: true },
        ...who,
        { name: 'attendance', label: own.attendance, options: named(attendance.options, own) },
      ],
      typed: { participantId: `p${session.participants.length + 1}` },
      input: (typed) => ({
        participants: [
          {
            ...given(typed, ['participantId', 'organizationId', 'attendance', 'country']),
            person: person(typed),
          },
        ],
      }),
      fieldOf: (pointer) => fieldOf(pointer.replace(/^\/participants\/\d+/, '')),
    },
    {
      path: 'chair',
      command: 'session.name-chair',
      label: own.chair,
      offered: isOpen,
      fields: who,
      input: (typed) => ({ ...given(typed, ['organizationId', 'country']), person: person(typed) }),
      fieldOf,
    },
    {
      path: 'decisions',
      command: 'session.record-decision',
      label: own.decision,
      offered: isOpen && undecided.length > 0,
      fields: [
        item,
        { name: 'decisionNumber', label: words.decisionNumber },
        ...textFields(words, 'text', own.decisionText),
        { name: 'takenOn', label: own.takenOn, type: 'date' },
      ],
      typed: { item: String(undecided[0] ?? ''), takenOn: session.convocation.endsOn },
      input: (typed) => {
        const text = textsIfAny(typed, 'text')
        return {
          item: Number(typed['item']),
          ...given(typed, ['decisionNumber', 'takenOn']),
          ...(text && { text }),
        }
      },
      fieldOf,
    },
    {
      path: 'protocol',
      command: 'session.publish-protocol',
      label: own.protocol,
      offered: isOpen && session.protocol === undefined,
      fields: [
        { name: 'number', label: own.number, required: true },
        { name: 'date', label: own.date, type: 'date', required: true },
        { name: 'sha256', label: own.sha256, required: true, hashes: own.sha256Hint },
        { name: 'location', label: own.location, required: true },
      ],
      input: (typed) => given(typed, ['number', 'date', 'sha256', 'location']),
      fieldOf: simple,
    },
    distribution(session, own, choices),
    {
      path: 'implementation-reports',
      command: 'session.report-implementation',
      label: own.implementation,
      offered: session.decisions.length > 0,
      fields: [
        item,
        { name: 'on', label: own.on, type: 'date', required: true },
        { name: 'status', label: own.status, options: named(implementationStatus.options, own) },
        ...textFields(words, 'text', own.report),
      ],
      input: (typed) => {
        const text = textsIfAny(typed, 'text')
        return { item: Number(typed['item']), ...given(typed, ['on', 'status']), ...(text && { text }) }
      },
      fieldOf,
    },
    {
      path: 'alongside-events',
      command: 'session.add-alongside-event',
      label: own.alongside,
      offered: isOpen,
      fields: [
        { name: 'alongsideId', label: own.alongsideId, required: true },
        { name: 'kind', label: own.kind, options: named(alongsideKind.options, own) },
        ...textFields(words, 'title', own.title),
        { name: 'day', label: own.on, type: 'date' },
        { name: 'hostOrganizationId', label: own.host, suggestions: organizations, finds: 'organization' },
      ],
      input: (typed) => ({
        ...given(typed, ['alongsideId', 'kind', 'day', 'hostOrganizationId']),
        title: texts(typed, 'title'),
      }),
      fieldOf,
    },
    {
      path: 'closing',
      command: 'session.close',
      label: own.close,
      offered: isOpen,
      fields: [{ name: 'on', label: own.on, type: 'date', required: true }],
      typed: { on: session.convocation.endsOn },
      input: (typed) => given(typed, ['on']),
      fieldOf: simple,
    },
  ]
}

/** Whoever took part, and the organisations that they represent, are ticked. */
function distribution(
  session: ConvenedSession,
  own: SessionWords,
  { organizations, names }: SessionChoices,
): SessionDeed {
  const represented = new Set(session.participants.flatMap(({ organizationId }) => organizationId ?? []))
  const called = new Map(organizations)
  const recipients = [
    ...[...represented].map((id) => ({
      name: `to.organization.${id}`,
      label: called.get(id) ?? id,
      to: { organizationId: id },
    })),
    ...session.participants.map(({ participantId: id, person: { commitment } }) => ({
      name: `to.participant.${id}`,
      label: names.get(commitment) ?? id,
      to: { participantId: id },
    })),
  ]
  return {
    path: 'distributions',
    command: 'session.distribute-protocol',
    label: own.distribute,
    offered: session.protocol !== undefined,
    fields: [
      { name: 'on', label: own.on, type: 'date', required: true },
      {
        legend: own.sentTo,
        fields: recipients.map(({ name, label }) => ({ name, label, type: 'checkbox' as const })),
      },
    ],
    input: (typed) => ({
      to: recipients.filter(({ name }) => typed[name] === '1').map(({ to }) => to),
      ...given(typed, ['on']),
    }),
    fieldOf: (pointer) => (pointer.startsWith('/to') ? (recipients[0]?.name ?? 'on') : 'on'),
  }
}
