import { type Bag, bag, list } from './import-parts.ts'

type Path = readonly (string | number)[]

/** Keys that say something about the file, not to the registry. */
const ABOUT = ['about', 'whatTheTextTeachesTheRegistry']
const ROOT = ['awardingBody', 'issuer', 'session', 'participants', 'organizations', 'awards']
/** Keys that the published form has and the registry keeps nowhere of their own. */
const WITHOUT_PLACE = ['countriesRepresented']

/** Shorter than BCP 47 allows, whose languages of up to eight letters would let any mistyped word pass. */
const LANGUAGE = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i

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
    ...unknown(['session', 'place'], session['place'], ['city', 'country']),
    ...inTitles('agendaItemsNamed', session, ['followsUpSession']),
    ...inTitles('alongside', session, ['kind', 'day', 'host', 'key']),
    ...unknown(['session', 'chair'], session['chair'], [...PERSON, 'organization', 'country']),
    ...each('organizations', root, ['key', 'name', 'country', 'aliases', 'parent']),
    ...each('participants', root, [...PERSON, 'key', 'organization', 'attendance', 'country', 'note']),
    ...each('awards', root, [...AWARD, ...AWARD_DAYS]),
    ...list(root['awards']).flatMap((award, index) =>
      unknown(['awards', index, 'acceptedBy'], bag(award)['acceptedBy'], [...PERSON, 'on']),
    ),
  ]
}

/** Beside what is known of it, such an entry holds its title by language: a key is one of ISO 639, with subtags or without. */
function inTitles(name: string, session: Bag, known: readonly string[]): readonly Path[] {
  return list(session[name]).flatMap((one, index) =>
    unknown(['session', name, index], one, known).filter((path) => !LANGUAGE.test(String(path.at(-1)))),
  )
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
