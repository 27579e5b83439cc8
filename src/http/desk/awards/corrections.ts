import { isDeepStrictEqual } from 'node:util'
import type { LocalizedText } from '../../../domain/text.ts'
import type { CertificateDocument } from '../../../projections/certificate-document.ts'
import type { ShownPerson } from '../../../queries/persons.ts'
import type { FieldError, Part, Typed } from '../forms.ts'
import { textFields } from '../text-fields.ts'
import { filled, textField, texts, typedTexts } from '../typed.ts'
import type { DeskWords } from '../words.ts'
import type { Choices } from './choices.ts'
import { basisGroup, functionsGroup } from './fields.ts'
import { basisOf, functionField, functionsOf } from './input.ts'
import type { AwardWords } from './words.ts'

/** A certificate as it stands, with its persons as far as they can be shown. */
export type Standing = {
  readonly certificate: CertificateDocument
  readonly persons: readonly ShownPerson[]
}

const personAt = ({ persons }: Standing, commitment: string | undefined) => {
  const found = persons.find((one) => one.commitment === commitment)
  return found?.state === 'shown' ? found : undefined
}
const recipientPerson = (standing: Standing) => {
  const { recipient } = standing.certificate
  return recipient.type === 'person' ? personAt(standing, recipient.person.commitment) : undefined
}
const acceptor = (standing: Standing) =>
  personAt(standing, standing.certificate.acceptance?.person.commitment)

/** The form of a correction: what can be corrected of this certificate. A person who can't be shown can't be corrected. */
export function correctionParts(
  words: DeskWords,
  own: AwardWords,
  choices: Choices,
  standing: Standing,
  typed: Typed,
): readonly Part[] {
  const { recipient, acceptance } = standing.certificate
  const named = recipient.type === 'organization' || recipientPerson(standing) !== undefined
  return [
    { legend: own.what, fields: textFields(words, 'title', words.title) },
    { legend: own.citation, folded: true, fields: textFields(words, 'citation', own.citation) },
    ...(named ? [{ legend: own.to, fields: textFields(words, 'name', own.name) }] : []),
    ...(recipientPerson(standing)
      ? [{ legend: own.positionOf, folded: true, fields: textFields(words, 'position', own.position) }]
      : []),
    basisGroup(words, own, choices),
    {
      legend: own.dates,
      fields: [
        { name: 'issuedOn', label: words.issuedOn, type: 'date' },
        { name: 'validFrom', label: own.validFrom, type: 'date' },
        { name: 'validUntil', label: words.validUntil, type: 'date' },
        { name: 'serialNumber', label: words.serialNumber },
      ],
    },
    functionsGroup(words, own, typed),
    ...(acceptance
      ? [
          {
            legend: own.acceptance,
            fields: [
              ...(acceptor(standing) ? textFields(words, 'person', own.acceptedBy) : []),
              { name: 'acceptedOn', label: words.acceptedOn, type: 'date' } as const,
              ...textFields(words, 'place', own.place),
            ],
          },
        ]
      : []),
    { name: 'reason', label: words.reason, required: true },
  ]
}

/** What stands in the form before anything is corrected. */
export function standingTyped(standing: Standing): Typed {
  const { title, citation, recipient, basis, functions, acceptance, ...one } = standing.certificate
  const name = recipient.type === 'organization' ? recipient.nameAsWritten : recipientPerson(standing)?.name
  return {
    ...typedTexts('title', title),
    ...typedTexts('citation', citation),
    ...typedTexts('name', name),
    ...typedTexts('position', recipientPerson(standing)?.position),
    ...typedTexts('person', acceptor(standing)?.name),
    ...typedTexts('place', acceptance?.place),
    sessionId: basis.sessionId ?? '',
    agendaItem: basis.agendaItem === undefined ? '' : String(basis.agendaItem),
    decisionNumber: basis.decisionNumber ?? '',
    protocolNumber: basis.protocolNumber ?? '',
    alongsideId: basis.alongsideId ?? '',
    issuedOn: one.issuedOn,
    validFrom: one.validFrom ?? '',
    validUntil: one.validUntil ?? '',
    serialNumber: one.serialNumber ?? '',
    acceptedOn: acceptance?.acceptedOn ?? '',
    rows: String(Math.max(1, functions.length)),
    ...Object.fromEntries(
      functions.flatMap(({ name: said, from, until }, row) =>
        Object.entries({
          ...typedTexts(`function.${row}`, said),
          [`function.${row}.from`]: from ?? '',
          [`function.${row}.until`]: until ?? '',
        }),
      ),
    ),
  }
}

type Change = { readonly field: string; readonly after: unknown }

/** What was typed as the input of `certificate.correct`: what differs from what stands there. */
export function correctionInput(
  standing: Standing,
  typed: Typed,
): { readonly changes: readonly Change[]; readonly reason: string | undefined } {
  const { certificate } = standing
  const { recipient, basis, functions, acceptance } = certificate
  const person = recipientPerson(standing)
  const changes = [
    text('title', certificate.title, typed, 'title'),
    text('citation', certificate.citation, typed, 'citation'),
    recipient.type === 'organization'
      ? text('recipient.nameAsWritten', recipient.nameAsWritten, typed, 'name')
      : person && named('recipient.person', person, typed, { name: 'name', position: 'position' }),
    ...(['issuedOn', 'validFrom', 'validUntil', 'serialNumber'] as const).map((field) =>
      differing(field, certificate[field], filled(typed)[field]),
    ),
    // Where the form shows no event alongside, it stays as it is.
    differing('basis', basis, {
      ...(basis.alongsideId && !('alongsideId' in typed) && { alongsideId: basis.alongsideId }),
      ...basisOf(typed),
    }),
    differing('functions', functions, withOtherLanguages(functions, functionsOf(typed))),
    acceptance && differing('acceptance.acceptedOn', acceptance.acceptedOn, filled(typed)['acceptedOn']),
    acceptance && text('acceptance.place', acceptance.place, typed, 'place'),
    acceptor(standing) && named('acceptance.person', acceptor(standing), typed, { name: 'person' }),
  ]
  return { changes: changes.filter((one) => one !== undefined), reason: filled(typed)['reason'] }
}

/** Fields that were emptied: a correction says what it should read, and can take nothing away. */
export function emptied(standing: Standing, typed: Typed, said: string): readonly FieldError[] {
  const before = standingTyped(standing)
  const gone = ['issuedOn', 'validFrom', 'validUntil', 'serialNumber', 'acceptedOn'].filter(
    (name) => before[name] !== '' && name in typed && typed[name]?.trim() === '',
  )
  const texted = ['title', 'citation', 'name', 'position', 'person', 'place'].filter(
    (name) =>
      Object.keys(texts(before, name)).length > 0 &&
      `${name}.ky` in typed &&
      Object.keys(texts(typed, name)).length === 0,
  )
  return [...gone, ...texted.map((name) => textField(name, undefined))].map((field) => ({
    field,
    text: said,
  }))
}

const differing = (field: string, before: unknown, after: unknown): Change | undefined =>
  after === undefined || isDeepStrictEqual(plain(before), plain(after)) ? undefined : { field, after }
const plain = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)

/** Languages that the form has no field for stay as they are. */
function merged(before: LocalizedText | undefined, typed: Typed, name: string): LocalizedText | undefined {
  const said = texts(typed, name)
  if (Object.keys(said).length === 0) return undefined
  const others = Object.entries(before ?? {}).filter(([tag]) => !['ky', 'ru', 'en'].includes(tag))
  return { ...Object.fromEntries(others), ...said }
}

const text = (field: string, before: LocalizedText | undefined, typed: Typed, name: string) => {
  const after = merged(before, typed, name)
  return after && sameText(before, after) ? undefined : differing(field, before, after)
}
const sameText = (a: LocalizedText | undefined, b: LocalizedText): boolean =>
  a !== undefined &&
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([tag, said]) => b[tag] === said)

function named(
  field: string,
  person: { readonly name: LocalizedText; readonly position?: LocalizedText | undefined } | undefined,
  typed: Typed,
  fields: { readonly name: string; readonly position?: string },
): Change | undefined {
  const name = merged(person?.name, typed, fields.name)
  const position = (fields.position && merged(person?.position, typed, fields.position)) || person?.position
  if (!name || (sameText(person?.name, name) && (!position || sameText(person?.position, position))))
    return undefined
  return { field, after: { name, ...(position && { position }) } }
}

const withOtherLanguages = (
  before: CertificateDocument['functions'],
  after: ReturnType<typeof functionsOf>,
): ReturnType<typeof functionsOf> =>
  after.map((one, at) => {
    const others = Object.entries(before[at]?.name ?? {}).filter(([tag]) => !['ky', 'ru', 'en'].includes(tag))
    return { ...one, name: { ...Object.fromEntries(others), ...one.name } }
  })

/** The field that a part of a correction was typed into. */
export function correctionField(changes: readonly Change[], typed: Typed, pointer: string): string {
  const [, first = '', index = '', , tag, part, more] = pointer.split('/')
  if (first !== 'changes') return first
  const field = changes[Number(index)]?.field ?? ''
  if (field === 'functions') return functionField(typed, tag ?? '', part, more)
  if (field === 'basis') return tag ?? 'sessionId'
  if (field === 'title' || field === 'citation') return textField(field, tag)
  if (field === 'recipient.nameAsWritten') return textField('name', tag)
  if (field === 'recipient.person') return textField(tag === 'position' ? 'position' : 'name', part)
  if (field === 'acceptance.person') return textField('person', part)
  return field === 'acceptance.place' ? textField('place', tag) : field.replace('acceptance.', '')
}
