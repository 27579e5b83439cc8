import { strToU8, zipSync } from 'fflate'
import t from 'tap'
import writeWorkbook from 'write-excel-file/node'
import { readTable } from '../../src/tables/read-table.ts'
import { MOST_COLUMNS, MOST_ROWS } from '../../src/tables/table.ts'

const text = (said: string) => new TextEncoder().encode(said)
const read = async (bytes: Uint8Array, sheet?: string) => {
  const found = await readTable(bytes, sheet)
  return found.ok ? found.table : found.problem
}

void t.test('separated values: separators, quotes, marks, empty rows that keep their numbers', async (t) => {
  const wanted = {
    columns: ['a', 'б'],
    rows: [
      { number: 2, cells: ['1', 'x;y'] },
      { number: 4, cells: ['2', ''] },
    ],
  }
  t.same(await read(text('a;б\n1;"x;y"\n\n2;\n')), wanted)
  t.same(await read(text('\ufeffa,б\r\n1,x;y\r\n,\r\n2,\r\n')), wanted)
  t.same(await read(text('a\tб\n1\tx;y\n\t\n2\t')), wanted)
  const quoted = { columns: ['a', 'b'], rows: [{ number: 2, cells: ['line\nbreak', 'say "yes"'] }] }
  t.same(await read(text('a,b\n"line\nbreak","say ""yes"""\n')), quoted)
  const utf16 = Buffer.from('\ufeffa\tб\r\n1\tү\r\n', 'utf16le')
  t.same(await read(utf16), { columns: ['a', 'б'], rows: [{ number: 2, cells: ['1', 'ү'] }] })
})

void t.test('Windows-1251 is read, and said', async (t) => {
  const bytes = new Uint8Array([0xcd, 0xee, 0xec, 0xe5, 0xf0, 0x0a, 0x31])
  t.same(await read(bytes), { columns: ['Номер'], rows: [{ number: 2, cells: ['1'] }], isWindows1251: true })
})

void t.test('what its mark calls UTF-8 and is not is damaged, and no older encoding', async (t) => {
  t.same(await read(Buffer.concat([text('\ufeffa\n1'), Buffer.from([0xd0])])), { kind: 'broken' })
})

void t.test(
  'more files at once than there are threads for are refused, and later ones are read',
  async (t) => {
    const many = await Promise.all(Array.from({ length: 14 }, () => read(text('a\n1\n'))))
    const refused = many.filter((one) => 'kind' in one)
    t.same(
      refused,
      Array.from({ length: 4 }, () => ({ kind: 'full' })),
      'two are read and eight wait',
    )
    t.match(await read(text('a\n1\n')), { columns: ['a'] }, 'every place is given back')
  },
)

void t.test('a workbook: the sheet of a name, and which others there are', async (t) => {
  const sheet = (value: string) => [[{ value: 'a' }], [{ value }]]
  const book = [
    { data: sheet('1'), sheet: 'One' },
    { data: [], sheet: 'Empty' },
    { data: sheet('2'), sheet: 'Экинчи' },
  ]
  const bytes = await writeWorkbook(book as never).toBuffer()
  t.match(await read(bytes), { rows: [{ cells: ['1'] }], sheet: 'One', otherSheets: ['Экинчи'] })
  t.match(await read(bytes, ' экинчи '), { rows: [{ cells: ['2'] }], sheet: 'Экинчи', otherSheets: ['One'] })
  t.same(await read(bytes, 'Empty'), { kind: 'no-sheet' })
})

void t.test('a workbook: the first sheet with something in it; days, numbers and texts', async (t) => {
  const rows = [
    [{ value: 'issuedOn' }, { value: 'number' }, { value: 'name' }],
    [
      { value: new Date(Date.UTC(2024, 10, 6)), type: Date, format: 'dd.mm.yyyy' },
      { value: 123456789012, type: Number },
      { value: 'Өкмөт' },
    ],
  ]
  const bytes = await writeWorkbook(rows as never).toBuffer()
  t.same(await read(bytes), {
    columns: ['issuedOn', 'number', 'name'],
    rows: [{ number: 2, cells: ['2024-11-06', '123456789012', 'Өкмөт'] }],
    sheet: 'Sheet1',
    otherSheets: [],
  })
})

void t.test('what is no table is told apart, and hurts nobody', async (t) => {
  t.same(await read(text('')), { kind: 'empty' })
  t.same(await read(text('\n\n;;\n')), { kind: 'empty' })
  t.same(await read(text('a,b\n1,\0\n')), { kind: 'no-table' })
  t.same(await read(text('%PDF-1.7\n')), { kind: 'no-table' })
  t.same(await read(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 1])), { kind: 'old-workbook' })
  t.same(await read(text('a,b\n"never closed,1\n')), { kind: 'broken', row: 2 })
  t.same(await read(text('PK\u0003\u0004 and no archive')), { kind: 'broken' })
  t.same(await read(zipSync({ 'readme.txt': strToU8('no workbook') })), { kind: 'broken' })
  const rows = (count: number) => text(`a\n${'1\n'.repeat(count)}`)
  t.match(await read(rows(MOST_ROWS)), { columns: ['a'] })
  t.same(await read(rows(MOST_ROWS + 1)), { kind: 'too-many-rows', most: MOST_ROWS })
  t.match(await read(text(`${'a,'.repeat(MOST_COLUMNS)}a\n1`)), { kind: 'too-many-columns' })
  t.match(await read(text(`a\n${'x'.repeat(20_001)}`)), { kind: 'cell-too-long', row: 2 })
  const heavy = `${'x'.repeat(9_000)};${'x'.repeat(9_000)}\n`
  t.same(await read(text(`a;b\n${heavy.repeat(1_000)}`)), { kind: 'too-large' })
  t.match(await read(text(`a\n"${'x'.repeat(3_000_000)}"`)), { kind: /broken|cell-too-long/ })
})

void t.test('a bomb is not unpacked', async (t) => {
  const zeros = new Uint8Array(100 * 1024 * 1024)
  const bomb = zipSync({ 'xl/workbook.xml': zeros, 'xl/worksheets/sheet1.xml': zeros })
  t.ok(bomb.length < 1_000_000)
  t.same(await read(bomb), { kind: 'too-large' })
  const many = zipSync(
    Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`f${n}`, new Uint8Array(1)])),
  )
  t.same(await read(many), { kind: 'too-large' })
})
