import { foldedSerial } from '../../../domain/serial.ts'
import type { Typed } from '../forms.ts'

/** Rows that bear one number, or one title for one recipient. */
export class Twins {
  readonly #numbers = new Map<string, number>()
  readonly #titles = new Map<string, number>()

  of(typed: Typed, row: number): { readonly numbered: readonly number[]; readonly alike: readonly number[] } {
    const number = foldedSerial(typed['serialNumber'] ?? '')
    const said = [
      'recipientType',
      'organizationId',
      'name.ky',
      'name.ru',
      'name.en',
      'title.ky',
      'title.ru',
      'title.en',
    ]
    const title = JSON.stringify(said.map((name) => typed[name] ?? ''))
    const numbered = number === '' ? undefined : this.#numbers.get(number)
    const alike = this.#titles.get(title)
    if (number !== '' && numbered === undefined) this.#numbers.set(number, row)
    if (alike === undefined) this.#titles.set(title, row)
    return { numbered: numbered === undefined ? [] : [numbered], alike: alike === undefined ? [] : [alike] }
  }
}
