import { readdirSync, readFileSync } from 'node:fs'
import canonicalize from 'canonicalize'
import t from 'tap'
import { commitmentOf } from '../../src/domain/commitment.ts'
import { newOpening, opens } from '../../src/personal/commitment.ts'

const vectors = new URL('../vectors/jcs-rfc8785/testdata/', import.meta.url)
const fields = { name: { ru: 'Мухтаров Эсенбек', ky: 'Мухтаров Эсенбек' }, position: { ru: 'Председатель' } }

void t.test('the canonical form is that of RFC 8785, byte for byte', async (tt) => {
  const files = readdirSync(new URL('input/', vectors))
  tt.equal(files.length, 6)
  for (const file of files) {
    const input: unknown = JSON.parse(readFileSync(new URL(`input/${file}`, vectors), 'utf8'))
    const hex = readFileSync(new URL(`outhex/${file.replace('.json', '.txt')}`, vectors), 'utf8')
    tt.equal(Buffer.from(canonicalize(input) ?? '').toString('hex'), hex.replace(/\s/g, ''), file)
  }
})

void t.test('a commitment is SHA-256 over {fields, salt}, whatever the order of keys', async (tt) => {
  // printf '{"fields":{"name":{"ru":"Мухтаров"}},"salt":"c2FsdA"}' | sha256sum
  const known = '3318047e59b11ebe14bf49c3aa5ad1eb9c4c0f41cbcadd43c2840543bf8513e7'
  tt.equal(commitmentOf('c2FsdA', { name: { ru: 'Мухтаров' } }), known)
  const turned = { position: fields.position, name: { ky: fields.name.ky, ru: fields.name.ru } }
  tt.equal(commitmentOf('s', turned), commitmentOf('s', fields))
})

void t.test('an opening opens its own reference and no other', async (tt) => {
  const opening = newOpening('p1', fields)
  const ref = { personId: opening.personId, commitment: opening.commitment }
  tt.ok(opens(opening, ref))
  tt.equal(Buffer.from(opening.salt, 'base64url').length, 32)
  const flipped = (opening.salt.startsWith('A') ? 'B' : 'A') + opening.salt.slice(1)
  tt.notOk(opens({ ...opening, salt: flipped }, ref), 'another salt')
  tt.notOk(opens({ ...opening, personId: 'p2' }, ref), 'another person')
  tt.notOk(opens(opening, { ...ref, personId: 'p2' }), 'another reference')
  const forged = [
    { ...fields, name: { ...fields.name, ru: 'Муктаров Эсенбек' } },
    { name: fields.name },
    { ...fields, position: {} },
  ]
  for (const other of forged) tt.notOk(opens({ ...opening, fields: other }, ref), JSON.stringify(other))
})

void t.test('the same fields are committed to differently each time', async (tt) => {
  tt.not(newOpening('p1', fields).commitment, newOpening('p1', fields).commitment)
})
