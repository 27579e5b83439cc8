import type { Period, PlainDate } from '../domain/date.ts'
import type { LocalizedText } from '../domain/text.ts'
import type { Paper, PaperLanguage, PaperPerson } from './paper.ts'

export type { PaperLanguage }

type Words = {
  readonly certificate: string
  readonly recipient: string
  readonly functions: string
  readonly kind: string
  readonly basis: string
  readonly issuedOn: string
  readonly validity: string
  readonly noEnd: string
  readonly serialNumber: string
  readonly acceptedBy: string
  readonly corrected: string
  readonly erased: string
  readonly unavailable: string
  readonly check: string
  readonly attached: string
  readonly qr: string
  readonly page: (page: number, of: number) => string
  readonly session: (number: number) => string
  readonly agendaItem: (number: number) => string
  readonly decision: (number: string) => string
  readonly protocol: (number: string) => string
  readonly kinds: Readonly<Record<string, string>>
}

/** Every word of the paper's own. */
export const WORDS: Readonly<Record<PaperLanguage, Words>> = {
  ky: {
    certificate: 'Сертификат',
    recipient: 'Алуучу',
    functions: 'Берилген функциялар',
    kind: 'Түрү',
    basis: 'Негизи',
    issuedOn: 'Берилген күнү',
    validity: 'Жарактуу мөөнөтү',
    noEnd: 'мөөнөтсүз',
    serialNumber: 'Сериялык номери',
    acceptedBy: 'Кабыл алган',
    corrected: 'Оңдолгон күнү',
    erased: 'аты реестрден өчүрүлгөн',
    unavailable: 'аты азыр көрсөтүлбөйт: жеке маалыматтар сактагычы жеткиликсиз',
    check:
      'Сертификаттын бүгүн жарактуу экени бул баракта жазылбайт, анткени ал өзгөрүшү мүмкүн. Код же дарек боюнча текшериңиз:',
    attached: 'Кол коюлган электрондук сертификат бул файлга тиркелген.',
    qr: 'Сертификатты текшерүү үчүн QR-код:',
    page: (page, of) => `${page}-бет, бардыгы ${of}`,
    session: (number) => `${number}-сессия`,
    agendaItem: (number) => `күн тартибинин ${number}-маселеси`,
    decision: (number) => `№ ${number} чечим`,
    protocol: (number) => `№ ${number} протокол`,
    kinds: { status: 'статус', excellence: 'мыкты иштегени үчүн', participation: 'катышуу' },
  },
  ru: {
    certificate: 'Сертификат',
    recipient: 'Получатель',
    functions: 'Переданные функции',
    kind: 'Вид',
    basis: 'Основание',
    issuedOn: 'Дата выдачи',
    validity: 'Срок действия',
    noEnd: 'бессрочно',
    serialNumber: 'Серийный номер',
    acceptedBy: 'Принял',
    corrected: 'Исправлен',
    erased: 'имя удалено из реестра',
    unavailable: 'имя сейчас не показывается: хранилище личных данных недоступно',
    check:
      'Действует ли сертификат сегодня, на этом листе не указано, потому что это может измениться. Проверьте по коду или по адресу:',
    attached: 'Подписанный электронный сертификат приложен к этому файлу.',
    qr: 'QR-код для проверки сертификата:',
    page: (page, of) => `стр. ${page} из ${of}`,
    session: (number) => `${number}-я сессия`,
    agendaItem: (number) => `вопрос ${number} повестки дня`,
    decision: (number) => `решение № ${number}`,
    protocol: (number) => `протокол № ${number}`,
    kinds: { status: 'присвоение статуса', excellence: 'за лучшую работу', participation: 'участие' },
  },
  en: {
    certificate: 'Certificate',
    recipient: 'Recipient',
    functions: 'Functions conferred',
    kind: 'Kind',
    basis: 'Basis',
    issuedOn: 'Issued on',
    validity: 'Validity',
    noEnd: 'without end',
    serialNumber: 'Serial number',
    acceptedBy: 'Accepted by',
    corrected: 'Corrected on',
    erased: 'name erased from the registry',
    unavailable: 'name not shown: the store of personal data can’t be reached at present',
    check:
      'Whether this certificate counts today is not printed here, since that can change. Check it by the code or at:',
    attached: 'The signed electronic certificate is attached to this file.',
    qr: 'QR code to check the certificate:',
    page: (page, of) => `page ${page} of ${of}`,
    session: (number) => `session ${number}`,
    agendaItem: (number) => `agenda item ${number}`,
    decision: (number) => `decision No. ${number}`,
    protocol: (number) => `protocol No. ${number}`,
    kinds: { status: 'status', excellence: 'excellence', participation: 'participation' },
  },
}

/** The language of the paper's own words: as asked for; else the first of the title's that it speaks; else English. */
export function languageOf({ language, title }: Pick<Paper, 'language' | 'title'>): PaperLanguage {
  if (language !== undefined) return language
  const spoken = Object.keys(title).map((tag) => tag.split('-')[0])
  return (['ky', 'ru', 'en'] as const).toSorted((a, b) => place(spoken, a) - place(spoken, b))[0] ?? 'en'
}

function place(spoken: readonly (string | undefined)[], language: PaperLanguage): number {
  const at = spoken.indexOf(language)
  return at === -1 ? (language === 'en' ? 100 : 101) : at
}

const formatOf = (language: PaperLanguage) =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'long', timeZone: 'UTC' })
const dateOf = (day: PlainDate) => new Date(`${day}T00:00:00Z`)

/** A day in words. */
export const dayInWords = (day: PlainDate, language: PaperLanguage): string =>
  formatOf(language).format(dateOf(day))

/** A span of days in words. */
export function periodInWords({ from, until }: Period, language: PaperLanguage): string {
  if (until === undefined) return `${dayInWords(from, language)} – ${WORDS[language].noEnd}`
  if (language === 'ky') return kyrgyzPeriod(from, until)
  return formatOf(language).formatRange(dateOf(from), dateOf(until))
}

/** Intl (CLDR 48) puts the year of a Kyrgyz span elsewhere than that of a day. */
function kyrgyzPeriod(from: PlainDate, until: PlainDate): string {
  const last = dayInWords(until, 'ky')
  return from.slice(0, 7) === until.slice(0, 7) && from !== until
    ? last.replace(/\d+(?=-\p{L}+$)/u, (day) => `${Number(from.slice(8))}–${day}`)
    : `${dayInWords(from, 'ky')} – ${last}`
}

/** A kind in words where it is a common one, else its slug. */
export const kindInWords = (kind: string, language: PaperLanguage): string =>
  WORDS[language].kinds[kind] ?? kind.replaceAll('-', ' ')

export type Said = { readonly text: string; readonly language: string }

/** A text in all its languages, the paper's own first; once where several have the same. */
export function inOrder(text: LocalizedText, language: PaperLanguage): readonly Said[] {
  const said = Object.entries(text)
    .map(([tag, value]) => ({ text: value, language: tag }))
    .toSorted((a, b) => Number(isOf(b, language)) - Number(isOf(a, language)))
  return said.filter((one, at) => said.findIndex((other) => other.text === one.text) === at)
}
const isOf = (said: Said, language: PaperLanguage) => said.language.split('-')[0] === language

/** A text in the paper's language, or in the one that comes first. */
export const inOne = (text: LocalizedText, language: PaperLanguage): Said =>
  inOrder(text, language)[0] ?? { text: '', language }

/** A person’s name in all its languages, or that it can’t be shown. */
export function namesOf(person: PaperPerson, language: PaperLanguage): readonly Said[] {
  return person.state === 'shown'
    ? inOrder(person.name, language)
    : [{ text: WORDS[language][person.state], language }]
}

/** The position that a person held, in all its languages. */
export const positionsOf = (person: PaperPerson, language: PaperLanguage): readonly Said[] =>
  person.state === 'shown' && person.position ? inOrder(person.position, language) : []
