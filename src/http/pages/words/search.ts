import type { Language } from '../speech.ts'

/** What the search says beside the words of every page. */
export type SearchWords = {
  readonly narrow: string
  readonly any: string
  readonly status: string
  readonly kind: string
  readonly issuer: string
  readonly session: string
  readonly from: string
  readonly until: string
  readonly apply: string
  readonly without: string
  readonly clear: string
  readonly nothingWithFilters: string
  readonly further: string
  readonly cut: string
  readonly begin: string
  readonly unreadable: string
}

/** In every language of the pages. */
export const SEARCH_WORDS: Readonly<Record<Language, SearchWords>> = {
  ky: {
    narrow: 'Тактап издөө',
    any: 'баары',
    status: 'Абалы',
    kind: 'Түрү',
    issuer: 'Ким жазган',
    session: 'Жыйын',
    from: 'Берилген күнү: ушул күндөн',
    until: 'ушул күнгө чейин',
    apply: 'Көрсөтүү',
    without: 'Мунусуз:',
    clear: 'Баарын алып салуу',
    nothingWithFilters: 'Буга туура келген сертификат жок. Бир шартты алып салып көрүңүз.',
    further: 'Бул жерге чейин туура келгени жок. Мындан ары издөө',
    cut: 'Өтө көп нерсе туура келди. Көбүрөөк сөз жазыңыз же тактаңыз.',
    begin: 'Жогоруга ат, номер же аталыш жазыңыз, же төмөндөн тактап, сертификаттарды карап чыгыңыз.',
    unreadable: 'Тактоо окулган жок: датаны мындай жазыңыз: 2024-11-06.',
  },
  ru: {
    narrow: 'Уточнить',
    any: 'все',
    status: 'Состояние',
    kind: 'Вид',
    issuer: 'Кто записал',
    session: 'Сессия',
    from: 'Выдан с этого дня',
    until: 'и по этот день',
    apply: 'Показать',
    without: 'Без этого:',
    clear: 'Убрать всё',
    nothingWithFilters: 'Подходящих сертификатов нет. Попробуйте убрать одно из условий.',
    further: 'До этого места подходящих нет. Искать дальше',
    cut: 'Подходит слишком многое. Добавьте слово или уточните.',
    begin: 'Напишите имя, номер или название, или уточните ниже и посмотрите сертификаты.',
    unreadable: 'Уточнение не прочтено: дату пишите так: 2024-11-06.',
  },
  en: {
    narrow: 'Narrow it down',
    any: 'any',
    status: 'Status',
    kind: 'Kind',
    issuer: 'Recorded by',
    session: 'Session',
    from: 'Issued from',
    until: 'Issued until',
    apply: 'Show',
    without: 'Without:',
    clear: 'Remove all',
    nothingWithFilters: 'No certificate matches all of this. Try without one of the conditions.',
    further: 'None matches up to here. Look further',
    cut: 'Too much matches. Add a word, or narrow it down.',
    begin:
      'Type a name, a number or a title above, or narrow it down below and look through the certificates.',
    unreadable: 'The conditions could not be read: write a date as 2024-11-06.',
  },
}
