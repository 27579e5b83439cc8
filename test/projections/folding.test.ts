import t from 'tap'
import { foldAll, foldForms, foldText, soundKey } from '../../src/projections/folding.ts'

/** Whether two spellings of one word share a folded reading. */
function meet(a: string, b: string): boolean {
  const readings = foldForms(b)[0] ?? []
  return (foldForms(a)[0] ?? []).some((reading) => readings.includes(reading))
}

void t.test('spellings of one word meet', async (t) => {
  const same: readonly (readonly string[])[] = [
    ['Мухтаров', 'Mukhtarov', 'Muhtarov', 'МУХТАРОВ', 'Mухтаpoв', 'Muxtarov'],
    ['Жапаров', 'Zhaparov', 'Japarov'],
    ['Юлия', 'Yulia', 'Iuliia', 'Yuliya', 'Julia'],
    ['Яков', 'Yakov', 'Iakov', 'Jakov'],
    ['Майрамбек', 'Mairambek', 'Mayrambek', 'Majrambek'],
    ['Кыргызпатент', 'Kyrgyzpatent', 'Kirgizpatent', 'Kyrgyzpаtent'],
    ['Кеңеш', 'Кенеш', 'Kenesh', 'Kengesh'],
    ['Щербаков', 'Shcherbakov', 'Scherbakov'],
    ['Цой', 'Tsoy', 'Coi'],
    ['өкмөт', 'okmot', 'oekmoet'],
    ['үчүн', 'uchun', 'uechuen'],
    ['Қазақстан', 'Qazaqstan', 'Kazakstan'],
    ['ғылым', 'gylym', 'ghylym'],
    ['Алексей', 'Aleksey', 'Alexei', 'Алексеи'],
    ['Алёна', 'Алена', 'Alena'],
    ['Ельцин', 'Yeltsin', 'Eltsin'],
    ['Oʻzbekiston', "O'zbekiston", 'Ozbekiston'],
    ['Ҷомӣ', 'Jomi'],
    ['Їжак', 'Izhak'],
    ['Σύμβουλος', 'Symvoulos'],
    ['Ünal', 'Unal', 'UNAL'],
  ]
  for (const [first = '', ...others] of same)
    for (const other of others) t.ok(meet(first, other), `${first} = ${other}`)
})

void t.test('different words stay apart', async (t) => {
  for (const [a = '', b = ''] of [
    ['кенеш', 'кеңири'],
    ['фонд', 'фон'],
    ['2023', '2024'],
    ['жана', 'яна'],
  ])
    t.notOk(meet(a, b), `${a} ≠ ${b}`)
})

void t.test('words that sound alike share a key', async (t) => {
  for (const spelled of ['Мухтаров', 'Mukhtarov', 'Muhtarov', 'Muktarov'])
    t.equal(soundKey(spelled), soundKey('Муктаров'), spelled)
  for (const spelled of ['Кеңеш', 'kengesh', 'kenesh']) t.equal(soundKey(spelled), soundKey('кенеш'), spelled)
  t.equal(soundKey('Исмаилбеков'), soundKey('Ismailbekov'))
  t.not(soundKey('Мухтаров'), soundKey('Бекташев'))
  t.equal(soundKey('محمد'), '')
})

void t.test('other scripts stay as they are', async (t) => {
  for (const word of ['محمد', 'საქართველო', '中国', 'हिन्दी'])
    t.equal(foldText(word), word.normalize('NFC'), word)
  t.equal(foldText('Фонд 中国 №12'), 'fond 中国 no12')
})

void t.test('input is bounded and hostile input harmless', async (t) => {
  t.equal(foldText('а'.repeat(10_000)).length, 48)
  t.equal(foldText('а '.repeat(10_000)).split(' ').length, 20)
  t.ok((foldForms('jxoeue'.repeat(100))[0]?.length ?? 99) <= 6)
  t.equal(foldText('\u0000"*:^(){} 🎖️ OR'), 'or')
  t.equal(foldText('\ud800'), '')
  t.ok(foldText('\ufdfa'.repeat(500)).length <= 20 * 49)
  t.same(foldAll('Кеңеш, кеңеш'), ['kenesh', 'kengesh'])
})
