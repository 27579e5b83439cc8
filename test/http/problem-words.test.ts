import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { catalogue } from '../../src/commands/catalogue.ts'
import { issueIn, isWorded } from '../../src/http/pages/problem-words/issue-words.ts'
import { invalidIn, problemIn } from '../../src/http/pages/problem-words/problem-words.ts'
import { type ProblemKind, PROBLEMS } from '../../src/http/problem-table.ts'
import { DeskClient } from '../support/desk.ts'
import { servedCouncil } from '../support/evidence.ts'
import { cli } from '../support/served.ts'

const SRC = join(import.meta.dirname, '../../src')
const sources = ['commands', 'domain'].flatMap((room) =>
  readdirSync(join(SRC, room)).map((name) => readFileSync(join(SRC, room, name), 'utf8')),
)
/** Words that every reader knows as they are. */
const TERMS = /\b(?:ID|JSON|UTF|SHA|UUID|KG|ky|ru|en|state-fund|XXXX|X|C|Ed25519|Multikey|z6Mk|T09|Z)\b/g
const english = (text: string) => text.replace(TERMS, '').match(/[A-Za-z]{3,}/g) ?? []

void t.test('every problem has its words', async (t) => {
  for (const kind of Object.keys(PROBLEMS) as ProblemKind[]) {
    t.same(problemIn('en', kind), [PROBLEMS[kind].title, PROBLEMS[kind].mend])
    for (const language of ['ky', 'ru'] as const) {
      const said = problemIn(language, kind)
      t.same(said.flatMap(english), [], `${language} ${kind}`)
      t.match(said.join(' '), /\p{Script=Cyrillic}{4}/u)
    }
  }
  t.match(problemIn('ky', 'no-agenda').join(' '), /[өүң]/u)
})

void t.test('every message that stands in a schema has its words', async (t) => {
  const literals = sources.flatMap((source) => [
    ...source.matchAll(
      /(?:'(?<plain>(?:is|holds|names|has) [^'\n]{4,})'|`(?<made>(?:is|holds|names|has) [^`]+)`)/g,
    ),
  ])
  const messages = literals.map(({ groups }) =>
    (groups?.['plain'] ?? groups?.['made'] ?? '').replace(/\$\{[^}]+\}/g, '1'),
  )
  t.ok(messages.length > 20, `${messages.length} were found`)
  for (const message of messages) t.ok(isWorded(message), message)
})

void t.test('whatever is asked wrongly, no English is answered in Russian or Kyrgyz', async (t) => {
  const wrong: readonly unknown[] = [
    {},
    { title: {} },
    { title: { x_y: 1 } },
    null,
    [],
    'text',
    { stranger: 1 },
  ]
  for (const { name, input } of catalogue)
    for (const value of wrong)
      for (const issue of input.safeParse(value).error?.issues ?? [])
        for (const language of ['ky', 'ru'] as const)
          t.same(english(issueIn(language, issue)), [], `${name}: ${issue.message}`)
  t.equal(issueIn('ru', { message: 'is longer than 500 characters' }), 'длиннее 500 знаков')
  t.equal(issueIn('en', { message: 'is longer than 500 characters' }), 'is longer than 500 characters')
  t.equal(
    issueIn('en', { code: 'invalid_type', message: 'Invalid input: expected string' }),
    'is missing, or not of this form',
  )
})

void t.test('days that speak against a value are named in every language', async (t) => {
  const refusal = {
    kind: 'invalid',
    field: '/from',
    problem: 'before-issue',
    hint: 'it was issued on 2024-11-06',
  } as const
  t.match(invalidIn('ru', refusal), /раньше.*2024-11-06/)
  t.match(invalidIn('ky', refusal), /эрте.*2024-11-06/)
  t.equal(invalidIn('en', refusal), 'it was issued on 2024-11-06')
})

void t.test('the desk and the problem pages say it in the reader’s language', async (t) => {
  const house = await servedCouncil({ PUBLIC_URL: 'http://localhost' })
  t.teardown(() => house.remove())
  const key = cli(house.data, ['key', 'create', '--role', 'issuer', '--issuer', 'council']).out.trim()
  const desk = await DeskClient.open(house.server.url, key)
  const refused = async (lang: string, fields: Record<string, string>) =>
    (await desk.send(`/desk/award?lang=${lang}`, { lang, recipientType: 'organization', ...fields })).text
  const typed = { kind: 'status', 'title.ru': 'Т', organizationId: 'fund', 'name.ru': 'Ф' }
  t.match(await refused('ru', { ...typed, issuedOn: '2024-02-31' }), 'такой даты нет')
  t.match(await refused('ky', { ...typed, issuedOn: '2124-01-01' }), 'Бул күн али келе элек')
  t.match(await refused('ky', { ...typed, issuedOn: '2010-01-01' }), 'аккредитациясы болгон эмес')
  const page = await fetch(`${house.server.url}/desk/c/nonsense?lang=ru`, {
    headers: { accept: 'text/html' },
  })
  t.equal(page.status, 200, 'who is not signed in is asked to')
  t.match((await desk.get('/desk/c/zzzz?lang=en')).status, 400)
})
