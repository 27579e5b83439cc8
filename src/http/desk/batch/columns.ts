import { LANGUAGES, type Language } from '../../pages/speech.ts'
import { AWARD_WORDS } from '../awards/words.ts'
import { DESK_WORDS } from '../words.ts'
import { BATCH_WORDS } from './words.ts'

const TEXTS = ['title', 'citation', 'name', 'position', 'function.0'] as const
const TAGS = ['ky', 'ru', 'en'] as const
type TextField = (typeof TEXTS)[number]
type Tag = (typeof TAGS)[number]
/** The fields of an award's form that a column can hold, in the order of the template. */
export const BATCH_FIELDS: readonly string[] = [
  'kind',
  ...TAGS.map((tag) => `title.${tag}`),
  'recipientType',
  'organizationId',
  ...TAGS.map((tag) => `name.${tag}`),
  ...TAGS.map((tag) => `position.${tag}`),
  'sessionId',
  'agendaItem',
  'decisionNumber',
  'protocolNumber',
  'alongsideId',
  'issuedOn',
  'validFrom',
  'validUntil',
  'serialNumber',
  ...TAGS.map((tag) => `citation.${tag}`),
  ...TAGS.map((tag) => `function.0.${tag}`),
  'function.0.from',
  'function.0.until',
]

/** What a field is called in the reader's language. */
export function fieldLabel(field: string, language: Language): string {
  const words = DESK_WORDS[language]
  const tag = field.split('.').at(-1)
  const inTag = { ky: words.inKy, ru: words.inRu, en: words.inEn }[tag ?? '']
  const base = inTag === undefined ? field : field.slice(0, -3)
  const label = labelsOf(language)[base] ?? base
  return inTag === undefined ? label : `${label}, ${inTag}`
}

function labelsOf(language: Language): Readonly<Record<string, string>> {
  const [words, own] = [DESK_WORDS[language], AWARD_WORDS[language]]
  return {
    kind: words.kind,
    title: words.title,
    citation: own.citation,
    name: own.name,
    position: own.position,
    // The form's «Recipient —» heads names in other tables.
    recipientType: BATCH_WORDS[language].recipientType,
    organizationId: own.organizationId,
    sessionId: words.session,
    agendaItem: own.agendaItem,
    decisionNumber: own.decisionNumber,
    protocolNumber: own.protocolNumber,
    alongsideId: own.alongsideId,
    issuedOn: words.issuedOn,
    validFrom: own.validFrom,
    validUntil: words.validUntil,
    serialNumber: words.serialNumber,
    'function.0': own.functionName,
    'function.0.from': `${own.functionName}: ${own.functionFrom}`,
    'function.0.until': `${own.functionName}: ${own.functionUntil}`,
  }
}

/**
 * Words by which people head columns of texts, beside the labels of the form, in lower case, letters and digits alone.
 * Where nothing else is said, a column is in the language of the word that heads it, and not in its reader's: a colleague
 * who reads another language has to get the same rows. «Функция» is taken for Russian; the page shows it to be changed.
 */
const TEXT_SYNONYMS: Readonly<Record<TextField, Readonly<Record<Tag, readonly string[]>>>> = {
  title: { ky: ['аталышы', 'сыйлык'], ru: ['название', 'наименование', 'награда'], en: ['title', 'award'] },
  citation: { ky: ['эмнеүчүн'], ru: ['зачто', 'заслуги'], en: ['citation'] },
  name: {
    ky: ['алуучу', 'аты', 'атыжөнү'],
    ru: ['получатель', 'кому', 'имя', 'фио'],
    en: ['recipient', 'name'],
  },
  position: { ky: ['кызматы'], ru: ['должность'], en: ['position'] },
  'function.0': { ky: ['милдети'], ru: ['функция'], en: ['function'] },
}
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  kind: ['вид', 'түрү', 'type', 'kind'],
  recipientType: ['recipienttype', 'типполучателя', 'алуучунунтүрү'],
  organizationId: ['organization', 'organisation', 'организация', 'уюм', 'organizationid'],
  sessionId: ['session', 'заседание', 'жыйын', 'sessionid'],
  agendaItem: ['agendaitem', 'item', 'пункт', 'пунктповестки'],
  decisionNumber: ['decision', 'решение', 'номеррешения', 'чечим'],
  protocolNumber: ['protocol', 'протокол', 'номерпротокола'],
  alongsideId: ['alongside', 'alongsideid', 'мероприятие', 'ишчара'],
  issuedOn: ['issued', 'issuedon', 'date', 'дата', 'датавыдачи', 'берилгенкүнү', 'күнү'],
  validFrom: ['validfrom', 'действуетс'],
  validUntil: ['validuntil', 'expires', 'действуетпо', 'действуетдо', 'мөөнөтү'],
  serialNumber: ['serial', 'serialnumber', 'number', 'номер', '№', 'номери'],
}
const MARKS: Readonly<Record<Tag, RegExp>> = {
  ky: /(?<!\p{L})(?:ky|kg|kyrgyz|кырг\p{L}*)(?!\p{L})/u,
  ru: /(?<!\p{L})(?:ru|russian|рус\p{L}*|орус\p{L}*)(?!\p{L})/u,
  en: /(?<!\p{L})(?:en|english|англ\p{L}*)(?!\p{L})/u,
}

/** Which field each column holds, as far as its name says; a field is given to the first that fits. '' is none. */
export function matched(columns: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return columns.map((column) => {
    const field = fieldNamed(column)
    if (field === undefined || taken.has(field)) return ''
    taken.add(field)
    return field
  })
}

function fieldNamed(column: string): string | undefined {
  const said = column.trim()
  if (BATCH_FIELDS.includes(said)) return said
  const exact = Object.keys(LANGUAGES).flatMap((tag) =>
    BATCH_FIELDS.filter((field) => bare(fieldLabel(field, tag as Language)) === bare(said)),
  )
  if (exact[0] !== undefined) return exact[0]
  const lower = said.toLowerCase()
  const tag = TAGS.find((one) => MARKS[one].test(lower))
  const word = bare(tag === undefined ? lower : lower.replace(/[,(].*$/u, '').replace(MARKS[tag], ''))
  const text = TEXTS.flatMap((base) => TAGS.map((own) => ({ base, own }))).find(({ base, own }) =>
    TEXT_SYNONYMS[base][own].includes(word),
  )
  if (text) return `${text.base}.${tag ?? text.own}`
  return Object.entries(SYNONYMS).find(([, words]) => words.includes(word))?.[0]
}

const bare = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}№]/gu, '')
