import anyAscii from 'any-ascii'

/** What is folded of a text that a person typed. */
const MAX_CHARACTERS = 500
const MAX_WORDS = 20
/** Longer words are cut: nobody types more of one. */
const MAX_WORD = 48
const MAX_FORMS = 6

/** Scripts whose words are written in Latin letters; words of others stay as they are. */
const ROMANISED = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u
const ACCENTED = /([\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}])\p{M}+/gu
/** Apostrophes of every kind stand for a soft or hard sign, or belong to a letter (Uzbek oʻ, gʻ): they part no words. */
const APOSTROPHE = /['’‘ʻʼ`´′ʹ]/gu
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu

const LATIN_TWINS = 'aceopxykhmtbi'
const CYRILLIC_TWINS = 'асеорхукнмтві'

/** Spellings of one sound in Latin letters, brought to one. In this order: `shch` holds `ch`, `dzh` holds `zh`. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/s(?:hc|c)h/g, 'sh'],
  [/kh/g, 'h'],
  [/dzh|dj|zh/g, 'j'],
  [/t[sz]/g, 'c'],
  [/ck|q/g, 'k'],
  [/ph/g, 'f'],
  [/gh/g, 'g'],
  [/w/g, 'v'],
  [/y/g, 'i'],
  [/i+/g, 'i'],
  [/ie/g, 'e'],
]

/** Letters that are read in two ways. In Latin `j` is ж or й, `x` is кс or х, `oe` and `ue` may be ө and ү. */
const LATIN_READINGS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/(?<=[aeiouy])j(?![aeiouy])/g, ['i']],
  [/(?<!d)j/g, ['j', 'i']],
  [/x/g, ['ks', 'h']],
  [/([ou])e/g, ['$1e', '$1']],
]
const CYRILLIC_READINGS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/ј/g, ['и']],
  [/[ңҥӈ]/g, ['н', 'нг']],
]

/**
 * A text as words of lower-case Latin letters and digits, so that spellings of one name in different scripts and
 * romanisations meet: `Мухтаров`, `Mukhtarov` and `Muhtarov` are `muhtarov`. Words of scripts other than Latin,
 * Cyrillic and Greek stay as they are. Reads 500 characters and 20 words; never throws. Of letters that may be read in
 * two ways it takes the commoner; `foldForms` gives both.
 */
export function foldText(text: string): string {
  return wordsOf(text, MAX_CHARACTERS, MAX_WORDS)
    .map((word) => formsOf(word)[0] ?? word)
    .join(' ')
}

/** The folded readings of each word that a person typed; 500 characters and 20 words of it. */
export function foldForms(text: string): readonly (readonly string[])[] {
  return wordsOf(text, MAX_CHARACTERS, MAX_WORDS).map(formsOf)
}

/** Every folded reading of every word of a text to be found, each once; the longest recorded text has 2,000 characters. */
export function foldAll(text: string): readonly string[] {
  return [...new Set(wordsOf(text, 2_000, 400).flatMap(formsOf))]
}

/**
 * A coarser key of one word: what it sounds like roughly, its consonants above all. Spellings that are often confused
 * share it (`Муктаров` and `Мухтаров`, `кенеш` and `kengesh`). Empty for words of scripts that are not romanised.
 */
export const soundKey = (word: string): string => soundOfFolded(foldText(word).replaceAll(' ', ''))

/** `soundKey` of a word that is folded already. */
export function soundOfFolded(folded: string): string {
  if (!/^[a-z]+$/.test(folded)) return ''
  const sounds = folded
    .replace(/sh/g, 'S')
    .replace(/ch/g, 'C')
    .replace(/ng/g, 'n')
    .replace(/[hk]/g, 'k')
    .replace(/[cz]/g, 's')
    .replace(/f/g, 'v')
    .replace(/(.)\1+/g, '$1')
  const consonants = sounds.replace(/[aeiou]+/g, '').replace(/(.)\1+/g, '$1')
  if (consonants.length < 3) return sounds
  return /^[aeiou]/.test(sounds) ? `a${consonants}` : consonants
}

/** Bare words in lower case, without marks on romanised letters. */
function wordsOf(text: string, maxCharacters: number, maxWords: number): readonly string[] {
  const bare = text
    .slice(0, maxCharacters)
    .normalize('NFKD')
    .replace(APOSTROPHE, '')
    .toLowerCase()
    .replace(ACCENTED, '$1')
    .normalize('NFC')
  const words: string[] = []
  for (const [word] of bare.matchAll(WORD)) {
    words.push(word.slice(0, MAX_WORD))
    if (words.length === maxWords) break
  }
  return words
}

function formsOf(word: string): readonly string[] {
  if (!ROMANISED.test(word)) return [word]
  const plain = withoutTwins(word)
  const cyrillic = /\p{Script=Cyrillic}/u.test(plain)
  const readings = (cyrillic ? CYRILLIC_READINGS : LATIN_READINGS).reduce<readonly string[]>(
    (forms, [letters, sounds]) => forms.flatMap((form) => readingsOf(form, letters, sounds)),
    [plain],
  )
  return [...new Set(readings.map(romanised))].slice(0, MAX_FORMS)
}

/** A form in which these letters do not stand stays the only one. */
const readingsOf = (form: string, letters: RegExp, sounds: readonly string[]) =>
  form.search(letters) < 0 ? [form] : sounds.map((sound) => form.replace(letters, sound))

const romanised = (word: string) =>
  SPELLINGS.reduce(
    (latin, [spelling, letter]) => latin.replace(spelling, letter),
    anyAscii(word.replaceAll('ου', 'ou'))
      .toLowerCase()
      .replace(/[^a-z0-9]/g, ''),
  ) || word

/**
 * A word whose letters mix Latin and Cyrillic is read in the script that holds it whole, once the letters that look
 * alike in both are exchanged.
 */
function withoutTwins(word: string): string {
  if (!/[a-z]/.test(word) || !/\p{Script=Cyrillic}/u.test(word)) return word
  const cyrillic = exchanged(word, LATIN_TWINS, CYRILLIC_TWINS)
  if (!/[a-z]/.test(cyrillic)) return cyrillic
  const latin = exchanged(word, CYRILLIC_TWINS, LATIN_TWINS)
  return /\p{Script=Cyrillic}/u.test(latin) ? word : latin
}

const exchanged = (word: string, from: string, to: string) =>
  [...word].map((letter) => (from.includes(letter) ? (to[from.indexOf(letter)] ?? letter) : letter)).join('')
