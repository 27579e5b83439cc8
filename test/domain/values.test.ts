import fc from 'fast-check'
import t from 'tap'
import { certificateIdFrom, isCertificateId, readCertificateId } from '../../src/domain/certificate-id.ts'
import { addDays, covers, dateOf, dayBefore, endsBeforeItBegins, plainDate } from '../../src/domain/date.ts'
import {
  erasePerson,
  evolvePerson,
  initialPerson,
  personEvent,
  personStream,
} from '../../src/domain/person.ts'
import { same } from '../../src/domain/same.ts'
import { slug } from '../../src/domain/slug.ts'
import { languageTag, localizedName, localizedText, MAX_NAME, sameText } from '../../src/domain/text.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const tenBytes = fc.uint8Array({ minLength: 10, maxLength: 10 })
const looksLike = (a: string, b: string) =>
  [a, b].every((c) => '0O'.includes(c)) || [a, b].every((c) => '1IL'.includes(c))

void t.test('a certificate ID is printed and read back', async (t) => {
  const zeros = certificateIdFrom(new Uint8Array(10))
  t.match(zeros, /^0000-0000-0000-0000-.$/)
  t.match(certificateIdFrom(new Uint8Array(10).fill(255)), /^ZZZZ-ZZZZ-ZZZZ-ZZZZ-.$/)
  t.throws(() => certificateIdFrom(new Uint8Array(9)), RangeError)
  fc.assert(
    fc.property(tenBytes, (bytes) => {
      const id = certificateIdFrom(bytes)
      const typed = ` ${id.toLowerCase().replaceAll('-', ' – ')}`
      const asTyped = id.slice(0, -1).replaceAll('0', 'o').replaceAll('1', 'l') + id.slice(-1)
      return (
        isCertificateId(id) &&
        [typed, asTyped].every((text) => same(readCertificateId(text), { ok: true, id }))
      )
    }),
  )
  for (const text of ['', 'x', `${zeros}0`, '0'.repeat(65), 'UUUU-0000-0000-0000-0', '😀'.repeat(8)])
    t.strictSame(readCertificateId(text), { ok: false, problem: 'malformed' }, text)
  t.equal(isCertificateId(zeros.toLowerCase()), zeros === zeros.toLowerCase())
})

/** Straight from the formula of ISO/IEC 7064 MOD 37,36, 8.1, in the other direction: a whole text is checked. */
function isWhole(text: string): boolean {
  let product = 36
  for (const [index, character] of text.split('').entries()) {
    const sum = product + ALPHABET.indexOf(character)
    if (index === text.length - 1) return sum % 36 === 1
    product = ((sum % 36 || 36) * 2) % 37
  }
  return false
}

void t.test('the check character is that of ISO/IEC 7064 MOD 37,36', async (t) => {
  t.ok(isWhole('A12425GABC1234002M'), 'the example of the Global Release Identifier standard')
  t.notOk(isWhole('A12425GABC1234002N'))
  fc.assert(fc.property(tenBytes, (bytes) => isWhole(certificateIdFrom(bytes).replaceAll('-', ''))))
})

void t.test('every single substitution and every swap of neighbours is found', async (t) => {
  const seeds = [0, 1, 77, 255].map((seed) =>
    Uint8Array.from({ length: 10 }, (_, i) => (seed * (i + 3)) % 251),
  )
  let tried = 0
  for (const digits of seeds.map((bytes) => certificateIdFrom(bytes).replaceAll('-', ''))) {
    const variants = digits.split('').flatMap((old, at) => [
      ...ALPHABET.split('')
        .filter((other) => other !== old && !looksLike(old, other))
        .map((other) => digits.slice(0, at) + other + digits.slice(at + 1)),
      ...(at > 0 && !looksLike(digits[at - 1] ?? '', old)
        ? [digits.slice(0, at - 1) + old + digits[at - 1] + digits.slice(at + 1)]
        : []),
    ])
    const unseen = variants.filter((text) => text !== digits && readCertificateId(text).ok)
    t.strictSame(unseen, [], digits)
    tried += variants.length
  }
  t.ok(tried > 2000)
})

void t.test('texts', async (t) => {
  const nfd = 'Ке\u043d\u0435\u0448 и\u0306'
  t.strictSame(localizedName.parse({ ky: ` ${nfd} ` }), { ky: nfd.normalize('NFC') })
  for (const text of ['نص عربي', 'עברית', 'Кеңеш', '中文', 'a\u200db'])
    t.ok(localizedName.safeParse({ en: text }).success, text)
  const bad = [
    '',
    ' ',
    'a\u0000b',
    'a\nb',
    'a\u202eb',
    'a\u2066b',
    'a\u200fb',
    '\ufeffa b'.padStart(9, 'x'),
    '\ud800',
  ]
  for (const text of bad) t.notOk(localizedName.safeParse({ en: text }).success, JSON.stringify(text))
  t.ok(localizedName.safeParse({ en: 'a'.repeat(MAX_NAME) }).success)
  t.notOk(localizedName.safeParse({ en: 'a'.repeat(MAX_NAME + 1) }).success)
  t.ok(localizedText.safeParse({ en: 'a'.repeat(MAX_NAME + 1) }).success)
  t.notOk(localizedName.safeParse({}).success)
  const languages = 'ky ru en de fr es it pt pl uk be kk uz tg tk az hy ka ro tr fi'.split(' ')
  t.notOk(localizedName.safeParse(Object.fromEntries(languages.map((tag) => [tag, 'x']))).success)
  for (const tag of ['ky', 'sr-Latn', 'zh-Hant-TW']) t.ok(languageTag.safeParse(tag).success, tag)
  for (const tag of ['', 'KY', 'sr-latn', 'not a tag', '__proto__', 'x'.repeat(36)])
    t.notOk(languageTag.safeParse(tag).success, tag)
  t.ok(sameText({ ky: 'a', ru: 'b' }, { ru: 'b', ky: 'a' }))
  t.notOk(sameText({ ky: 'a' }, { ky: 'a', ru: 'b' }))
  t.notOk(sameText({ ky: 'a' }, { ru: 'a' }))
  t.notOk(sameText({ ky: 'a' }, undefined))
  t.ok(sameText(undefined, undefined))
})

void t.test('dates', async (t) => {
  for (const date of ['2024-02-29', '1000-01-01', '9999-12-31']) t.ok(plainDate.safeParse(date).success, date)
  for (const date of ['2023-02-29', '0999-12-31', '2024-1-1', '2024-13-01', '2024-11-06T00:00:00Z', '', 5])
    t.notOk(plainDate.safeParse(date).success, String(date))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_000_000 }), fc.integer({ min: -40, max: 40 }), (start, days) => {
      const date = Temporal.PlainDate.from('1002-01-01').add({ days: start })
      return addDays(date.toString(), days) === date.add({ days }).toString()
    }),
    { numRuns: 2_000 },
  )
  t.throws(() => addDays('soon', 1), RangeError)
  t.equal(dayBefore('2025-01-01'), '2024-12-31')
  t.equal(dayBefore('soon'), 'soon')
  t.equal(dateOf('2024-11-06T23:59:59.999Z'), '2024-11-06')
  const span = { from: '2024-01-02', until: '2024-01-03' }
  t.strictSame(
    ['2024-01-01', '2024-01-02', '2024-01-03', '2024-01-04'].map((day) => covers(span, day)),
    [false, true, true, false],
  )
  t.ok(covers({ from: '2024-01-02' }, '9999-12-31'))
  t.ok(endsBeforeItBegins('2024-01-02', '2024-01-01'))
  t.notOk(endsBeforeItBegins('2024-01-02', '2024-01-02'))
  t.notOk(endsBeforeItBegins(undefined, '2024-01-02'))
  t.notOk(endsBeforeItBegins('2024-01-02', undefined))
})

void t.test('slugs and sameness', async (t) => {
  for (const id of ['a', 'state-fund', '34', 'a'.repeat(64)]) t.ok(slug.safeParse(id).success, id)
  for (const id of ['', '-a', 'a-', 'a--b', 'A', 'а', 'a.b', 'a\n', 'a'.repeat(65)])
    t.notOk(slug.safeParse(id).success, JSON.stringify(id))
  t.ok(same({ a: 1, b: undefined, c: [{ d: undefined }] }, { c: [{}], a: 1 }))
  t.notOk(same({ a: null }, {}))
  t.notOk(same([undefined], []))
})

void t.test('a person is erased once', async (t) => {
  const erasure = { personId: 'p', reason: 'asked-by-the-person', reference: '2026/114' } as const
  t.equal(personStream('p'), 'person-p')
  const decided = erasePerson(erasure)(initialPerson)
  t.strictSame(decided, { ok: true, events: [{ type: 'PersonErased', data: erasure }] })
  const erased = decided.ok
    ? decided.events.map((e) => personEvent.parse(e)).reduce(evolvePerson, initialPerson)
    : initialPerson
  t.strictSame(erasePerson({ ...erasure, reason: 'legal-order' })(erased), { ok: true, events: [] })
})
