/** Puts openings for ever, four at a time, and prints each commitment once its put has resolved. For kill -9. */
import { writeSync } from 'node:fs'
import { newOpening } from '../../src/personal/commitment.ts'
import { openSqlitePersonalStore } from '../../src/personal/sqlite-personal-store.ts'

const store = openSqlitePersonalStore(String(process.argv[2]))

async function putForEver(name: string): Promise<never> {
  while (true) {
    const opening = newOpening(name, { name: { ru: 'Мухтаров Эсенбек' } })
    await store.put([opening], '2026-03-01T12:00:00.000Z')
    writeSync(1, `${opening.commitment}\n`)
  }
}

await Promise.all(['a', 'b', 'c', 'd'].map(putForEver))
