import type { Language, Speech } from '../../pages/speech.ts'
import { type AuditWords, en } from './words/en.ts'
import { ky } from './words/ky.ts'
import { ru } from './words/ru.ts'

export type { AuditWords }

/** What the auditor's rooms say. */
export const AUDIT_WORDS: Readonly<Record<Language, AuditWords>> = { ky, ru, en }

/** A number as the reader writes it. */
export const counted = ({ language }: Speech, number: number): string => FORMATS[language].format(number)

const FORMATS: Readonly<Record<Language, Intl.NumberFormat>> = {
  ky: new Intl.NumberFormat('ky', { maximumFractionDigits: 1 }),
  ru: new Intl.NumberFormat('ru', { maximumFractionDigits: 1 }),
  en: new Intl.NumberFormat('en', { maximumFractionDigits: 1 }),
}

/** An event's type in the reader's words; the type itself where there are none. */
export function eventName({ words, language }: Speech, type: string): string {
  return words.events[type] ?? AUDIT_WORDS[language].events[type] ?? type
}

/** Fills the holes `{0}`, `{1}` of a sentence. */
export const filledIn = (sentence: string, ...values: readonly string[]): string =>
  sentence.replace(/\{([0-9])\}/g, (hole, at: string) => values[Number(at)] ?? hole)
