import type { Invalid } from '../../../domain/decision.ts'
import type { ProblemKind } from '../../problem-table.ts'
import { PROBLEMS } from '../../problem-table.ts'
import type { Language } from '../speech.ts'
import { ky } from './ky.ts'
import { ru } from './ru.ts'

/** What is wrong and how to mend it, for every problem: one without words does not compile. */
export type ProblemWords = Readonly<Record<ProblemKind, readonly [title: string, mend: string]>>

/** A problem in the reader's language: what is wrong, and how to mend it. English is the API's own. */
export function problemIn(language: Language, kind: ProblemKind): readonly [title: string, mend: string] {
  if (language !== 'en') return { ky, ru }[language][kind]
  const { title, mend } = PROBLEMS[kind]
  return [title, mend]
}

type Codes = Readonly<Record<Invalid['problem'], string>>
const INVALID: Readonly<Record<'ky' | 'ru', Codes>> = {
  ru: {
    'ends-before-it-begins': 'Дни не подходят друг к другу: конец или начало стоит раньше, чем можно',
    'in-the-future': 'День ещё впереди: укажите день, который уже наступил',
    'before-issue': 'Это раньше дня выдачи',
    empty: 'Здесь нужно назвать хотя бы одно',
    'unknown-field': 'Такого поля нет',
    'not-allowed': 'Так нельзя: это уже стоит или пересекается с другим',
  },
  ky: {
    'ends-before-it-begins': 'Күндөр бири-бирине дал келбейт: аягы же башы мүмкүн болгондон эрте турат',
    'in-the-future': 'Бул күн али келе элек: келип калган күндү жазыңыз',
    'before-issue': 'Бул берилген күндөн эрте',
    empty: 'Бул жерде жок дегенде бирди атоо керек',
    'unknown-field': 'Мындай талаа жок',
    'not-allowed': 'Мындай болбойт: ал бар же башкасы менен кесилишет',
  },
}

/** A value that can't be right, in the reader's language, with the days that speak against it. */
export function invalidIn(language: Language, { problem, hint }: Invalid): string {
  if (language === 'en') return hint
  const days = hint.match(/\d{4}-\d{2}-\d{2}/g) ?? []
  return `${INVALID[language][problem]}${days.length > 0 ? ` (${days.join(', ')})` : ''}.`
}
