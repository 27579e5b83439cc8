import type { Language } from '../speech.ts'

/** What a schema found wrong: zod's issue, as far as it is told. */
export type Issue = { readonly code?: string | undefined; readonly message: string; readonly input?: unknown }

type Said = { readonly ru: string; readonly ky: string }

/** What our schemas say of a value, by the English of the API; `#` stands for a number. */
const OWN: Readonly<Record<string, Said>> = {
  'is empty; leave the field out where there is nothing to say': {
    ru: 'не заполнено',
    ky: 'толтурулган эмес',
  },
  'is empty; name at least one, or leave it out': {
    ru: 'пусто: назовите хотя бы одно',
    ky: 'бош: жок дегенде бирди атаңыз',
  },
  'is longer than # characters': { ru: 'длиннее # знаков', ky: '# белгиден узун' },
  'holds more than #': { ru: 'больше #', ky: '#дөн көп' },
  'holds control or direction-changing characters; write it without them': {
    ru: 'содержит управляющие знаки или знаки, меняющие направление: напишите без них',
    ky: 'башкаруучу же багытты өзгөрткөн белгилер бар: аларсыз жазыңыз',
  },
  'is not a canonical BCP # language tag such as ky, ru, en or sr-Latn': {
    ru: 'не является кодом языка, таким как ky, ru, en',
    ky: 'ky, ru, en сыяктуу тилдин коду эмес',
  },
  'names no language; give at least one, as in {"ky": "…"}': {
    ru: 'не заполнено ни на одном языке: напишите хотя бы на одном',
    ky: 'бир да тилде толтурулган эмес: жок дегенде бирөөндө жазыңыз',
  },
  'names more than # languages': { ru: 'больше # языков', ky: '# тилден көп' },
  'is not a date that exists; write it as #-#-#': {
    ru: 'такой даты нет: напишите её как 2024-11-06',
    ky: 'мындай күн жок: аны 2024-11-06 деп жазыңыз',
  },
  'is before the year #': { ru: 'раньше # года', ky: '#-жылдан эрте' },
  'is not a whole number': { ru: 'не целое число', ky: 'бүтүн сан эмес' },
  'is below #': { ru: 'меньше #', ky: '#ден кичине' },
  'is above #': { ru: 'больше #', ky: '#ден чоң' },
  'is longer than a certificate ID': {
    ru: 'длиннее, чем ID сертификата',
    ky: 'сертификаттын ID’синен узун',
  },
  'is no certificate ID, or was mistyped: its last character does not fit the others': {
    ru: 'не ID сертификата или набран с опечаткой: последний знак не подходит к остальным',
    ky: 'сертификаттын ID’си эмес же ката терилген: акыркы белги калгандарына дал келбейт',
  },
  'is not a country code of two capital letters such as KG (ISO #-#)': {
    ru: 'не код страны из двух больших букв, такой как KG',
    ky: 'KG сыяктуу эки чоң тамгадан турган өлкөнүн коду эмес',
  },
  'holds other than lower-case letters, digits and single hyphens; write it as state-fund': {
    ru: 'не только малые латинские буквы, цифры и одиночные дефисы: напишите как state-fund',
    ky: 'кичине латын тамгалары, цифралар жана жалгыз дефистер гана болсун: state-fund сыяктуу жазыңыз',
  },
  'is not a SHA-# of # hexadecimal digits': {
    ru: 'не SHA-256 из 64 шестнадцатеричных цифр',
    ky: '64 он алтылык цифрадан турган SHA-256 эмес',
  },
  'is not a UUID; leave it out for a new person': {
    ru: 'не UUID; для нового человека не указывайте',
    ky: 'UUID эмес; жаңы адам үчүн көрсөтпөңүз',
  },
  'is not an instant such as #-#-#T#:#:#Z': {
    ru: 'не момент времени, такой как 2026-11-23T09:00:00Z',
    ky: '2026-11-23T09:00:00Z сыяктуу учур эмес',
  },
  'is not an Ed# public key as Multikey (z#Mk…)': {
    ru: 'не открытый ключ Ed25519 в виде Multikey (z6Mk…)',
    ky: 'Multikey (z6Mk…) түрүндөгү Ed25519 ачык ачкычы эмес',
  },
  'is not a file number: capital letters, digits and . / - with at least one digit, as in #/#': {
    ru: 'не номер дела: большие буквы, цифры и . / - хотя бы с одной цифрой, как 2026/114',
    ky: 'иштин номери эмес: чоң тамгалар, цифралар жана . / - жок дегенде бир цифра менен, 2026/114 сыяктуу',
  },
}

/** What zod says by itself, by the kind of fault. */
const BY_CODE: Readonly<Record<string, Said & { readonly en: string }>> = {
  invalid_type: {
    en: 'is missing, or not of this form',
    ru: 'не заполнено или не в том виде',
    ky: 'толтурулган эмес же түрү башка',
  },
  invalid_value: {
    en: 'is none of those offered; choose one',
    ru: 'не из предложенного: выберите одно',
    ky: 'сунушталгандардан эмес: бирин тандаңыз',
  },
  invalid_union: {
    en: 'is none of the forms that it may have',
    ru: 'ни в одном из возможных видов',
    ky: 'мүмкүн болгон түрлөрдүн бири да эмес',
  },
  unrecognized_keys: { en: 'is not known here', ru: 'здесь такого нет', ky: 'бул жерде мындай жок' },
  too_big: {
    en: 'is too long, or too much',
    ru: 'слишком длинно или слишком много',
    ky: 'өтө узун же өтө көп',
  },
  too_small: {
    en: 'is too short, or too little',
    ru: 'слишком коротко или слишком мало',
    ky: 'өтө кыска же өтө аз',
  },
}
const OTHERWISE = { en: 'is not right', ru: 'неверно', ky: 'туура эмес' }

/** What a schema found wrong with a field, in the reader's language. */
export function issueIn(language: Language, { code = '', message }: Issue): string {
  const numbers = message.match(/\d+/g) ?? []
  const own = OWN[message.replace(/\d+/g, '#')]
  if (own === undefined) return (BY_CODE[code] ?? OTHERWISE)[language]
  if (language === 'en') return message
  const [first = ''] = numbers
  return own[language].replace('#', first)
}

/** Whether a message of a schema has words of its own in every language. */
export const isWorded = (message: string): boolean => message.replace(/\d+/g, '#') in OWN
