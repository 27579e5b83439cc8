import { type Bag, bag, list } from './import-parts.ts'

type Path = readonly (string | number)[]

/** Keys that say something about the file, not to the registry. */
const ABOUT = ['about', 'whatTheTextTeachesTheRegistry']
const ROOT = ['awardingBody', 'issuer', 'session', 'participants', 'organizations', 'awards']
/** Keys that the published form has and the registry keeps nowhere of their own. */
const WITHOUT_PLACE = ['countriesRepresented']

const PERSON = ['person', 'name', 'position']
const SESSION = [
  'key',
  'number',
  'startsOn',
  'endsOn',
  'place',
  'format',
  'agendaItemCount',
  'agendaItemsNamed',
]
const AWARD = ['kind', 'recipient', 'nameAsWritten', 'title', 'confers', 'serialNumber']
const AWARD_DAYS = ['issuedOn', 'validFrom', 'validUntil', 'acceptedBy']

/** The keys of a bundle that nothing reads, each with its path: a mistyped one must not pass in silence. */
export function unknownKeys(root: Bag): readonly Path[] {
  const session = bag(root['session'])
  return [
    ...unknown([], root, [...ABOUT, ...ROOT, ...WITHOUT_PLACE]),
    ...unknown(['awardingBody'], root['awardingBody'], ['key', 'short', 'name']),
    ...unknown(['issuer'], root['issuer'], ['id', 'name', 'kinds', 'from', 'until']),
    ...unknown(['session'], session, [...SESSION, 'chair', 'alongside', 'decisions']),
    ...unknown(['session', 'chair'], session['chair'], [...PERSON, 'organization', 'country']),
    ...each('organizations', root, ['key', 'name', 'country', 'aliases', 'parent']),
    ...each('participants', root, [...PERSON, 'key', 'organization', 'attendance', 'country', 'note']),
    ...each('awards', root, [...AWARD, ...AWARD_DAYS]),
    ...list(root['awards']).flatMap((award, index) =>
      unknown(['awards', index, 'acceptedBy'], bag(award)['acceptedBy'], [...PERSON, 'on']),
    ),
  ]
}

/** A note for each key that is known and has no place in the registry. */
export function keysWithoutPlace(root: Bag): readonly string[] {
  return WITHOUT_PLACE.filter((name) => root[name] !== undefined).map(
    (name) => `${name} has no place of its own in the registry; it is not recorded`,
  )
}

function each(name: string, root: Bag, known: readonly string[]): readonly Path[] {
  return list(root[name]).flatMap((one, index) => unknown([name, index], one, known))
}

function unknown(path: Path, value: unknown, known: readonly string[]): readonly Path[] {
  return Object.keys(bag(value))
    .filter((name) => !known.includes(name))
    .map((name) => [...path, name])
}
