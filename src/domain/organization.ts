import { z } from 'zod'
import { dayBefore, endsBeforeItBegins, storedDate } from './date.ts'
import { accepted, type Decision, type Invalid, invalid, refused } from './decision.ts'
import { same } from './same.ts'
import { type LocalizedText, sameText, storedText } from './text.ts'

/** A slug. */
export type OrganizationId = string
export const organizationStream = (id: OrganizationId) => `organization-${id}`

const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.strictObject({ type: z.literal(type), data })

const registration = z.strictObject({
  name: storedText,
  /** ISO 3166-1 alpha-2. */
  country: z.string().optional(),
  aliases: z.array(storedText).optional(),
  parent: z.string().optional(),
})
const renaming = z.strictObject({ name: storedText, from: storedDate, reason: z.string().optional() })
const nameCorrection = z.strictObject({ before: storedText, after: storedText, reason: z.string() })
const parentage = z.strictObject({ parent: z.string().nullable(), from: storedDate.optional() })
const succession = z.strictObject({
  successor: z.string(),
  from: storedDate,
  reason: z.string().optional(),
})

/** The stored shapes of an organization's events: a format, kept for ever. */
export const organizationEvent = z.discriminatedUnion('type', [
  event('OrganizationRegistered', registration),
  /** Another name from a day on; the former one stays, with its last day. */
  event('OrganizationRenamed', renaming),
  /** Another form of the name that people use (`Мамфонд`). */
  event('OrganizationAliasAdded', z.strictObject({ alias: storedText })),
  /** The current name was written wrongly; both readings stay visible. */
  event('OrganizationNameCorrected', nameCorrection),
  /** `null`: it belongs to none. */
  event('OrganizationParentSet', parentage),
  event('OrganizationSucceeded', succession),
])
export type OrganizationEvent = z.infer<typeof organizationEvent>
export type OrganizationRegistration = z.infer<typeof registration>
export type OrganizationRenaming = z.infer<typeof renaming>
export type NameCorrection = z.infer<typeof nameCorrection>
export type Parentage = z.infer<typeof parentage>
export type Succession = z.infer<typeof succession>

/** A name with its days, both included; the name at registration has no first day, the current one no last. */
export type HeldName = {
  readonly name: LocalizedText
  readonly from?: string | undefined
  readonly until?: string | undefined
}

export type RegisteredOrganization = {
  readonly status: 'registered'
  readonly registration: OrganizationRegistration
  readonly country?: string | undefined
  /** In the order in which they were held; the last one is the current name. Never empty. */
  readonly names: readonly HeldName[]
  readonly aliases: readonly LocalizedText[]
  readonly corrections: readonly NameCorrection[]
  /** Every parent ever set, the last one being the current. */
  readonly parents: readonly Parentage[]
  readonly succession?: Succession
}
export type OrganizationState = { readonly status: 'unregistered' } | RegisteredOrganization

export const initialOrganization: OrganizationState = { status: 'unregistered' }

/** Total: an event that no decision could have made in this state changes nothing. */
export function evolveOrganization(state: OrganizationState, event: OrganizationEvent): OrganizationState {
  if (event.type === 'OrganizationRegistered')
    return state.status === 'unregistered' ? registered(event.data) : state
  return state.status === 'registered' ? evolveRegistered(state, event) : state
}

const registered = (registration: OrganizationRegistration): RegisteredOrganization => ({
  status: 'registered',
  registration,
  country: registration.country,
  names: [{ name: registration.name }],
  aliases: registration.aliases ?? [],
  corrections: [],
  parents: registration.parent === undefined ? [] : [{ parent: registration.parent }],
})

type LaterEvent = Exclude<OrganizationEvent, { type: 'OrganizationRegistered' }>

function evolveRegistered(state: RegisteredOrganization, event: LaterEvent): RegisteredOrganization {
  switch (event.type) {
    case 'OrganizationRenamed': {
      const { name, from } = event.data
      const former = { ...currentName(state), until: dayBefore(from) }
      return { ...state, names: [...state.names.slice(0, -1), former, { name, from }] }
    }
    case 'OrganizationAliasAdded':
      return { ...state, aliases: [...state.aliases, event.data.alias] }
    case 'OrganizationNameCorrected':
      return {
        ...state,
        names: [...state.names.slice(0, -1), { ...currentName(state), name: event.data.after }],
        corrections: [...state.corrections, event.data],
      }
    case 'OrganizationParentSet':
      return { ...state, parents: [...state.parents, event.data] }
    case 'OrganizationSucceeded':
      return { ...state, succession: event.data }
  }
}

/** The name last taken, also where its first day still lies ahead. */
export const currentName = (state: RegisteredOrganization): HeldName =>
  state.names.at(-1) ?? { name: state.registration.name }

/** The organization that it belongs to as last recorded; `null` for none. */
export const currentParent = (state: RegisteredOrganization): OrganizationId | null =>
  state.parents.at(-1)?.parent ?? null

export type OrganizationRefusal =
  | Invalid
  | { readonly kind: 'organization-exists' }
  | { readonly kind: 'organization-not-found' }
  | { readonly kind: 'corrects-nothing' }
  | { readonly kind: 'before-differs'; readonly field: string }
  | { readonly kind: 'its-own-parent' }
  | { readonly kind: 'its-own-successor' }
  | { readonly kind: 'already-succeeded'; readonly successor: OrganizationId }
export type OrganizationDecision = Decision<OrganizationEvent, OrganizationRefusal>

type Decide = (state: OrganizationState) => OrganizationDecision

const onRegistered =
  (decide: (organization: RegisteredOrganization) => OrganizationDecision): Decide =>
  (state) =>
    state.status === 'registered' ? decide(state) : refused({ kind: 'organization-not-found' })

/** Registers the organization `id`. Whether its parent exists is for the caller to see. */
export const registerOrganization =
  (id: OrganizationId, intent: OrganizationRegistration): Decide =>
  (state) => {
    if (state.status === 'registered')
      return same(state.registration, intent) ? accepted() : refused({ kind: 'organization-exists' })
    if (intent.parent === id) return refused({ kind: 'its-own-parent' })
    return accepted({ type: 'OrganizationRegistered', data: intent })
  }

/** Gives it another name from a day on, which lies after the first day of its current name. */
export const renameOrganization = (intent: OrganizationRenaming): Decide =>
  onRegistered((organization) => {
    const current = currentName(organization)
    const { succession } = organization
    if (current.from === intent.from && sameText(current.name, intent.name)) return accepted()
    if (succession && succession.from <= intent.from)
      return refused({ kind: 'already-succeeded', successor: succession.successor })
    if (current.from !== undefined && intent.from <= current.from)
      return refused(
        invalid(
          '/from',
          'ends-before-it-begins',
          `its current name counts from ${current.from}; begin after`,
        ),
      )
    if (sameText(current.name, intent.name))
      return refused(invalid('/name', 'not-allowed', 'it bears this name already'))
    return accepted({ type: 'OrganizationRenamed', data: intent })
  })

/** Adds another form of the name. */
export const addOrganizationAlias = (alias: LocalizedText): Decide =>
  onRegistered((organization) =>
    organization.aliases.some((known) => sameText(known, alias))
      ? accepted()
      : accepted({ type: 'OrganizationAliasAdded', data: { alias } }),
  )

/** What the current name should say, why, and, where the caller wants it checked, what it says now. */
export type NameCorrectionIntent = {
  readonly before?: LocalizedText | undefined
  readonly after: LocalizedText
  readonly reason: string
}

/** Mends the spelling of the current name. Taking another name is a renaming. */
export const correctOrganizationName = ({ before, after, reason }: NameCorrectionIntent): Decide =>
  onRegistered((organization) => {
    const current = currentName(organization).name
    if (sameText(current, after)) {
      const last = organization.corrections.at(-1)
      const isRepeat = last?.reason === reason && sameText(last.after, after)
      return isRepeat ? accepted() : refused({ kind: 'corrects-nothing' })
    }
    if (before !== undefined && !sameText(before, current))
      return refused({ kind: 'before-differs', field: 'name' })
    return accepted({ type: 'OrganizationNameCorrected', data: { before: current, after, reason } })
  })

/** Puts it under another organization, or under none. */
export const setOrganizationParent = (id: OrganizationId, intent: Parentage): Decide =>
  onRegistered((organization) => {
    if (intent.parent === id) return refused({ kind: 'its-own-parent' })
    const from = organization.parents.at(-1)?.from
    const isSo = intent.parent === currentParent(organization)
    if (isSo && (intent.from === undefined || intent.from === from)) return accepted()
    if (endsBeforeItBegins(from, intent.from))
      return refused(
        invalid(
          '/from',
          'ends-before-it-begins',
          `its current parent counts from ${from}; begin on or after`,
        ),
      )
    return accepted({ type: 'OrganizationParentSet', data: intent })
  })

/** Notes which organization took its place. It has one successor. */
export const noteOrganizationSuccessor = (id: OrganizationId, intent: Succession): Decide =>
  onRegistered((organization) => {
    if (intent.successor === id) return refused({ kind: 'its-own-successor' })
    const { succession } = organization
    if (succession)
      return same(succession, intent)
        ? accepted()
        : refused({ kind: 'already-succeeded', successor: succession.successor })
    const { from } = currentName(organization)
    if (endsBeforeItBegins(from, intent.from))
      return refused(invalid('/from', 'ends-before-it-begins', `its current name counts from ${from}`))
    return accepted({ type: 'OrganizationSucceeded', data: intent })
  })
