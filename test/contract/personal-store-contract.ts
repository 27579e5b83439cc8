import type { Test } from 'tap'
import { newOpening } from '../../src/personal/commitment.ts'
import type { Opening, PersonalStore } from '../../src/personal/personal-store.ts'

const NOON = '2026-03-01T12:00:00.000Z'
const EVENING = '2026-03-01T18:00:00.000Z'
const names = { ky: 'Мухтаров Эсенбек Өмүрбек уулу', ru: 'Мухтаров Эсенбек Омурбекович' }

let serial = 0
const opening = (personId = `person-${(serial += 1)}`): Opening =>
  newOpening(personId, { name: names, position: { ky: 'Төрага', ru: 'Председатель' } })
const keys = (openings: readonly { commitment: string }[]) => openings.map((o) => o.commitment).toSorted()
const stored = (o: Opening, storedAt = NOON) => ({ ...o, storedAt })

/** What every personal store does. `make` gives an empty one; the suite closes it. */
export function personalStoreContract(t: Test, name: string, make: () => Promise<PersonalStore>): void {
  const behaviour = (sentence: string, check: (t: Test, store: PersonalStore) => Promise<void>) =>
    void t.test(`${name}: ${sentence}`, async (tt) => {
      const store = await make()
      try {
        await check(tt, store)
      } finally {
        await store.close()
      }
    })

  behaviour('gives back what was put, names in each script as they were written', async (tt, store) => {
    const person = opening()
    await store.put([person], NOON)
    tt.strictSame(await store.get([person.commitment]), [stored(person)])
  })

  behaviour('keeps composed and decomposed letters, and those beyond the BMP, apart', async (tt, store) => {
    const odd = newOpening('p', { name: { ky: 'Й\u0418\u0306 ң ү ө', und: '𐰴𐰃𐰺𐰴𐰃𐰔 "\\ \' %_' } })
    await store.put([odd], NOON)
    tt.strictSame(await store.get([odd.commitment]), [stored(odd)])
  })

  behaviour('leaves out what it does not hold, and answers nothing to nothing', async (tt, store) => {
    const person = opening()
    await store.put([person], NOON)
    tt.strictSame(keys(await store.get(['f'.repeat(64), person.commitment])), [person.commitment])
    tt.strictSame(await store.get([]), [])
    await store.put([], NOON)
    tt.equal(await store.remove([]), 0)
  })

  behaviour('names an opening once, however often it is asked for', async (tt, store) => {
    const person = opening()
    await store.put([person], NOON)
    tt.equal((await store.get([person.commitment, person.commitment])).length, 1)
  })

  behaviour('changes nothing when the same opening is put again, even later', async (tt, store) => {
    const person = opening()
    await store.put([person, person], NOON)
    await store.put([person], EVENING)
    tt.strictSame(await store.get([person.commitment]), [stored(person)])
    tt.equal(await store.forgetPerson(person.personId), 1)
  })

  behaviour('takes fields in another order of keys for the same', async (tt, store) => {
    const person = opening()
    await store.put([person], NOON)
    const { name: given, position } = person.fields
    await store.put([{ ...person, fields: { ...(position && { position }), name: given } }], NOON)
    tt.equal((await store.get([person.commitment])).length, 1)
  })

  behaviour('refuses a stored commitment with another opening, all of that put', async (tt, store) => {
    const person = opening()
    await store.put([person], NOON)
    const others: Opening[] = [
      { ...person, personId: 'somebody-else' },
      { ...person, fields: { name: { ru: 'Другой' } } },
      { ...person, salt: 'another' },
    ]
    for (const other of others) {
      const beside = opening()
      await tt.rejects(store.put([beside, other], NOON), { code: 'opening-conflict' })
      tt.strictSame(await store.get([beside.commitment]), [])
    }
    tt.strictSame(await store.get([person.commitment]), [stored(person)])
  })

  behaviour('refuses a put that conflicts with itself', async (tt, store) => {
    const person = opening()
    const twice = [person, { ...person, personId: 'somebody-else' }]
    await tt.rejects(store.put(twice, NOON), { code: 'opening-conflict' })
    tt.strictSame(await store.get([person.commitment]), [])
  })

  behaviour('gives each of many concurrent puts its own outcome', async (tt, store) => {
    const there = opening()
    await store.put([there], NOON)
    const people = Array.from({ length: 200 }, () => opening())
    const outcomes = await Promise.allSettled(
      people.map((o, i) => store.put(i % 10 === 0 ? [o, { ...there, personId: 'x' }] : [o], NOON)),
    )
    const refused = outcomes.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))
    tt.strictSame(
      refused,
      Array.from({ length: 20 }, (_, i) => i * 10),
    )
    const held = await store.get(people.map((o) => o.commitment))
    tt.strictSame(keys(held), keys(people.filter((_, i) => i % 10 !== 0)))
  })

  behaviour('lets one of two racing puts of one commitment win', async (tt, store) => {
    const person = opening()
    const outcomes = await Promise.allSettled([
      store.put([person], NOON),
      store.put([{ ...person, personId: 'rival' }], NOON),
      store.put([person], NOON),
    ])
    const won = outcomes.filter(({ status }) => status === 'fulfilled').length
    const [held] = await store.get([person.commitment])
    tt.equal(won, held?.personId === 'rival' ? 1 : 2)
  })

  behaviour('gets 1,000 at once and refuses more', async (tt, store) => {
    const people = Array.from({ length: 1_000 }, () => opening())
    await store.put(people, NOON)
    const commitments = people.map((o) => o.commitment)
    tt.strictSame(keys(await store.get(commitments)), commitments.toSorted())
    await tt.rejects(store.get([...commitments, 'f'.repeat(64)]), RangeError)
  })

  behaviour('forgets every opening of a person and nobody else', async (tt, store) => {
    const mine = [opening('me'), opening('me'), opening('me')]
    const others = [opening('me2'), opening('m'), opening('ME'), opening('%')]
    await store.put([...mine, ...others], NOON)
    tt.equal(await store.forgetPerson('me'), 3)
    tt.strictSame(keys(await store.get(keys([...mine, ...others]))), keys(others))
    tt.equal(await store.forgetPerson('me'), 0)
    tt.equal(await store.forgetPerson('never seen'), 0)
  })

  behaviour('takes a forgotten person again when told anew', async (tt, store) => {
    const person = opening()
    await store.put([person], NOON)
    await store.forgetPerson(person.personId)
    await store.put([person], EVENING)
    tt.strictSame(await store.get([person.commitment]), [stored(person, EVENING)])
  })

  behaviour('removes by commitment, and counts what was there', async (tt, store) => {
    const [a, b] = [opening('same'), opening('same')]
    await store.put([a, b], NOON)
    tt.equal(await store.remove([a.commitment, a.commitment, 'f'.repeat(64)]), 1)
    tt.strictSame(keys(await store.get([a.commitment, b.commitment])), [b.commitment])
  })

  behaviour('forgets and stores at the same time without losing either', async (tt, store) => {
    const people = Array.from({ length: 40 }, () => opening())
    await store.put(people, NOON)
    const fresh = Array.from({ length: 40 }, () => opening())
    const counts = await Promise.all([
      ...people.slice(0, 20).map((o) => store.forgetPerson(o.personId)),
      ...fresh.map((o) => store.put([o], NOON).then(() => 1)),
    ])
    tt.ok(counts.every((count) => count === 1))
    tt.strictSame(keys(await store.get(keys([...people, ...fresh]))), keys([...people.slice(20), ...fresh]))
  })

  behaviour('lists in order of commitment, page by page, each opening once', async (tt, store) => {
    const people = Array.from({ length: 25 }, () => opening())
    await store.put(people, NOON)
    const seen: string[] = []
    let afterCommitment = ''
    for (const size of [10, 10, 5, 0]) {
      const page = await store.list({ storedBefore: EVENING, afterCommitment, limit: 10 })
      tt.equal(page.length, size)
      seen.push(...page.map((o) => o.commitment))
      afterCommitment = seen.at(-1) ?? ''
    }
    tt.strictSame(seen, keys(people))
    const [first] = await store.list({ storedBefore: EVENING, limit: 1 })
    tt.strictSame(first, people.filter((o) => o.commitment === seen[0]).map((o) => stored(o))[0])
  })

  behaviour('lists only what was stored before the instant, however it is written', async (tt, store) => {
    const [early, late] = [opening(), opening()]
    await store.put([early], NOON)
    await store.put([late], EVENING)
    const before = async (storedBefore: string) => keys(await store.list({ storedBefore, limit: 10 }))
    tt.strictSame(await before(NOON), [])
    tt.strictSame(await before('2026-03-01T12:00:00.001Z'), [early.commitment])
    tt.strictSame(await before('2026-03-01T12:00:01Z'), [early.commitment])
    tt.strictSame(await before('2026-03-01T18:00:00Z'), [early.commitment])
    tt.strictSame(await before('2026-03-02T00:00:00Z'), keys([early, late]))
  })

  behaviour('keeps the first secret that it is given, whoever asks at once', async (tt, store) => {
    const given = await Promise.all(['one', 'two', 'three'].map((one) => store.secret('batch-rows', one)))
    tt.equal(new Set(given).size, 1)
    tt.ok(['one', 'two', 'three'].includes(given[0] ?? ''))
    await store.put([opening('me')], NOON)
    await store.forgetPerson('me')
    tt.equal(await store.secret('batch-rows', 'four'), given[0])
  })
}
