import { readFileSync } from 'node:fs'
import t from 'tap'
import { certificateIdFrom } from '../../src/domain/certificate-id.ts'
import { ALL } from '../../src/projections/all.ts'
import { ReadModel } from '../../src/projections/read-model.ts'
import { indexPerson, personPhrases, purgePerson } from '../../src/projections/search-persons.ts'
import { searchRegistry, UnreadableCursorError } from '../../src/projections/search-query.ts'
import type { HitKind, SearchHit } from '../../src/projections/search-scoring.ts'
import { applyAll, award, emptyReadModel, recorder } from '../support/projected.ts'

const idOf = (number: number) => certificateIdFrom(Uint8Array.from([...Array(9).fill(42), number]))
const STATUS = idOf(1)
const EXCELLENCE = idOf(2)
const PERSONAL = idOf(3)
const ref = (name: string) => ({ personId: `person-of-${name}`, commitment: `commitment-of-${name}` })

/** Session 34: names as they stand in the sample. */
function session34() {
  const record = recorder()
  return [
    record('organization-interstate-council', 'OrganizationRegistered', {
      name: {
        en: 'Interstate Council for Cooperation in the Scientific, Technical and Innovation Spheres of the CIS',
        ru: 'Межгосударственный совет по сотрудничеству в научно-технической и инновационной сферах СНГ',
      },
      aliases: [{ ky: 'Мамлекеттер аралык Кеңеш' }],
    }),
    record('organization-kyrgyzpatent', 'OrganizationRegistered', {
      name: { ky: 'Кыргызпатент', en: 'Kyrgyzpatent' },
    }),
    record('organization-state-fund', 'OrganizationRegistered', {
      name: { ky: 'Кыргызпатентке караштуу Мамлекеттик фонд', ru: 'Государственный фонд при Кыргызпатенте' },
    }),
    record('organization-state-fund', 'OrganizationAliasAdded', { alias: { ky: 'Мамфонд' } }),
    record('organization-kurchatov', 'OrganizationRegistered', {
      name: { ky: '«Курчатов институту» Улуттук илимий борбору' },
    }),
    record('issuer-council-office', 'IssuerRegistered', {
      name: { en: 'Office of the Council' },
      body: 'interstate-council',
      idSeed: 's',
    }),
    record('session-interstate-council-34', 'SessionConvened', {
      body: 'interstate-council',
      number: 34,
      startsOn: '2024-11-06',
      endsOn: '2024-11-07',
      place: { city: { ky: 'Астана' }, country: 'KZ' },
      format: 'hybrid',
    }),
    record('session-interstate-council-34', 'SessionParticipantsRegistered', {
      participants: [
        {
          participantId: 'a',
          organizationId: 'state-fund',
          person: ref('muktarov'),
          attendance: 'in-person',
        },
        {
          participantId: 'b',
          organizationId: 'kyrgyzpatent',
          person: ref('ismailbekov'),
          attendance: 'online',
        },
      ],
    }),
    record(
      `award-${STATUS}`,
      'AwardIssued',
      award({
        title: {
          ky: 'Мамлекеттер аралык Кеңештин статусун алгандыгы жана функцияларын бергендиги үчүн сертификат',
          en: 'Certificate for obtaining the status of the Interstate Council and being given its functions',
        },
        serialNumber: '№ KG-2024/0017',
        basis: { sessionId: 'interstate-council-34' },
      }),
    ),
    record(`award-${STATUS}`, 'AwardAccepted', { person: ref('muhtarov'), acceptedOn: '2024-11-07' }),
    record(
      `award-${EXCELLENCE}`,
      'AwardIssued',
      award({
        kind: 'excellence',
        title: { ky: 'Мыкты иштеген уюмдарга сертификат' },
        recipient: {
          type: 'organization',
          organizationId: 'kurchatov',
          nameAsWritten: { ru: 'НИЦ Курчатовский' },
        },
      }),
    ),
    record(
      `award-${PERSONAL}`,
      'AwardIssued',
      award({
        kind: 'participation',
        title: { en: 'Participation' },
        recipient: { type: 'person', person: ref('bektashev') },
      }),
    ),
  ]
}

const NAMES = {
  muktarov: 'Муктаров Т.К.',
  muhtarov: 'Мухтаров Т. К.',
  ismailbekov: 'Исмаилбеков У.Б.',
  bektashev: 'Бекташев К.Д.',
}

function sample(): { readonly model: ReadModel; readonly remove: () => void } {
  const made = emptyReadModel()
  applyAll(made.model, session34(), 4)
  for (const [key, name] of Object.entries(NAMES))
    indexPerson(made.model.db, ref(key).commitment, { name: { ky: name } })
  return made
}

const { model, remove } = sample()
t.teardown(remove)
const search = (text: string, kinds?: readonly HitKind[]) =>
  searchRegistry(model.db, { text, limit: 20, ...(kinds && { kinds }) }).hits
const certificatesFor = (text: string) => search(text, ['certificate']).map(({ id }) => id)

void t.test('a certificate is found by everything that it says', async (t) => {
  for (const text of [
    STATUS,
    STATUS.toLowerCase().replaceAll('-', ' '),
    STATUS.slice(0, 19),
    `${STATUS} Мамфонд`,
    '№ KG-2024/0017',
    '№ kg-2024',
    'Мухтаров',
    'Муктаров',
    'Mukhtarov',
    'Muhtarov T.K.',
    'Мухтоаров',
    'Мамфонд',
    'mamfond',
    'Мамфонд статусун',
    'фонд при Кыргызпатенте сертификат',
    'Государственный фонд',
    'status council obtaining',
    'кенештин статусун',
    'Kengeshtin statusun',
    'Мухтаров Мамфонд сертификат',
  ])
    t.ok(certificatesFor(text).includes(STATUS), text)
  t.same(certificatesFor('НИЦ Курчатовский'), [EXCELLENCE], 'the name as written')
  t.same(certificatesFor('Курчатов институту'), [EXCELLENCE], 'the registered name')
  t.same(certificatesFor('Бекташев'), [PERSONAL], 'a natural recipient')
  t.equal(certificatesFor('кенеш').length, 3, 'the awarding body, misspelled, of all three')
})

void t.test('every word has to match', async (t) => {
  t.same(certificatesFor('Мамфонд уюмдарга'), [])
  t.same(certificatesFor('Мухтаров excellence'), [])
  t.same(certificatesFor('Мамфонд 2023'), [], 'numbers are never taken for others')
  t.same(certificatesFor(`${EXCELLENCE} Мамфонд`), [])
  t.same(certificatesFor(STATUS.slice(0, 20) + (STATUS.endsWith('A') ? 'B' : 'A')), [], 'a mistyped ID')
})

void t.test('organizations, sessions, issuers and persons are found', async (t) => {
  t.match(search('Mamfond')[0], { kind: 'organization', id: 'state-fund', score: 1_000, matched: ['name'] })
  t.match(search('кыргызпатент', ['organization'])[0], { id: 'kyrgyzpatent', label: { en: 'Kyrgyzpatent' } })
  t.match(search('Кеңеш 34', ['session']), [{ id: 'interstate-council-34', matched: ['name', 'body'] }])
  t.match(search('Ismailbekov', ['session']), [{ id: 'interstate-council-34', matched: ['person'] }])
  t.match(search('office кенеш', ['issuer']), [{ id: 'council-office' }])
  t.match(search('Исмаилбеков', ['person']), [{ id: 'person-of-ismailbekov' }])
  t.match(search('Ismailbekov U', ['person']), [{ id: 'person-of-ismailbekov' }])
})

void t.test('the better a word matches, the earlier its hit', async (t) => {
  const { hits } = searchRegistry(model.db, { text: 'Муктаров', limit: 20, kinds: ['person'] })
  t.same(
    hits.map(({ id, score }) => [id, score]),
    [
      ['person-of-muktarov', 1_000],
      ['person-of-muhtarov', 600],
    ],
  )
  t.equal(search('Мамф', ['organization'])[0]?.score, 800, 'while typing')
  t.equal(search('Исмоилбикав', ['person'])[0]?.score, 600, 'as it sounds')
  t.equal(search('сметификат', ['certificate'])[0]?.score, 300, 'two mistypings, in either half')
  t.equal(search('фонж', ['organization'])[0]?.score, 450, 'one mistyping')
})

void t.test('an erased person is not found, and no byte is left', async (t) => {
  const one = sample()
  t.teardown(one.remove)
  for (const key of ['muktarov', 'muhtarov']) purgePerson(one.model.db, ref(key).commitment)
  t.same(searchRegistry(one.model.db, { text: 'Мухтаров', limit: 20 }).hits, [])
  t.equal(searchRegistry(one.model.db, { text: 'Исмаилбеков', limit: 20, kinds: ['person'] }).hits.length, 1)
  one.model.cleanErasable()
  const bytes = readFileSync(one.model.path.replace('.sqlite', '.personal.sqlite'))
  for (const { word, back } of personPhrases({ name: { ky: NAMES.muhtarov } }))
    if (word.length > 1) t.notOk(bytes.includes(word) || bytes.includes(back), word)
  t.ok(bytes.includes('ismailbekov'))
})

void t.test('pages hold every hit once, in one order', async (t) => {
  const whole = search('кенеш')
  const paged: SearchHit[] = []
  let after: string | undefined
  do {
    const answer = searchRegistry(model.db, { text: 'кенеш', limit: 2, ...(after && { after }) })
    paged.push(...answer.hits)
    after = answer.next
  } while (after !== undefined)
  t.ok(whole.length > 4)
  t.same(paged, whole)
  for (const cursor of ['', '{}', '[1]', '[1,2,3]', 'null', '["1",2,"x"]', '[1,2,"x",4]'])
    t.throws(
      () => searchRegistry(model.db, { text: 'кенеш', limit: 2, after: cursor }),
      UnreadableCursorError,
      cursor,
    )
})

void t.test('hostile queries find nothing and break nothing', async (t) => {
  for (const text of [
    '',
    ' ',
    '"',
    "'; DROP TABLE certificate; --",
    'NEAR("a" "b", 5) AND OR NOT *',
    '%_%',
    '\u0000\u001f',
    '🎖️🇰🇬',
    '\ud800',
    '中国',
    'x'.repeat(10_000),
    'jxue'.repeat(2_500),
    '- '.repeat(5_000),
    '[]{}()^~:',
  ])
    t.same(search(text), [], JSON.stringify(text.slice(0, 20)))
  t.ok(searchRegistry(model.db, { text: 'а '.repeat(5_000), limit: 1e9 }))
})

void t.test('renamed, corrected and rebuilt', async (t) => {
  const events = session34()
  const record = recorder()
  for (const { recorded } of events) record(recorded.stream, recorded.type, recorded.data)
  const later = [
    record('organization-state-fund', 'OrganizationRenamed', {
      name: { ru: 'Фонд интеллектуальной собственности' },
      from: '2025-01-01',
    }),
    record(`award-${EXCELLENCE}`, 'AwardCorrected', {
      changes: [{ field: 'title', before: { ky: 'x' }, after: { ky: 'Эң мыкты уюмга диплом' } }],
      reason: 'misprint',
    }),
  ]
  const live = emptyReadModel()
  const bulk = emptyReadModel(true)
  t.teardown(live.remove)
  t.teardown(bulk.remove)
  applyAll(live.model, [...events, ...later], 1)
  applyAll(bulk.model, [...events, ...later])
  bulk.model.finish()
  const rebuilt = new ReadModel(bulk.model.path, ALL)
  t.teardown(() => rebuilt.close())
  const vocabulary = 'SELECT word, sound, back FROM search_word ORDER BY word'
  const postings = `SELECT search_word.word, posting.kind, key FROM search_posting AS posting
    JOIN search_word ON search_word.number = posting.word JOIN search_entry ON search_entry.number = entry ORDER BY 1, 2, 3`
  const entries = 'SELECT * FROM search_entry ORDER BY number'
  for (const sql of [entries, vocabulary, postings])
    t.same(live.model.db.prepare(sql).all(), rebuilt.db.prepare(sql).all(), 'triggers and rebuild agree')
  const found = (text: string) => searchRegistry(rebuilt.db, { text, limit: 9, kinds: ['certificate'] }).hits
  t.match(found('Мамфонд интеллектуальной'), [{ id: STATUS }], 'old alias and new name')
  t.match(found('диплом'), [{ id: EXCELLENCE, label: { ky: 'Эң мыкты уюмга диплом' } }])
})
