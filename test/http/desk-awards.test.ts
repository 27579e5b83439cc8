import t from 'tap'
import { furnished } from '../support/batches.ts'
import { DeskClient } from '../support/desk.ts'

const { server, keys, record } = await furnished(t)
t.teardown(() => server.stop())
const desk = await DeskClient.open(server.url, keys[0])
const headers = { authorization: `Bearer ${server.key}` }
type Answer = { readonly certificate: { readonly basis: object }; readonly persons: readonly object[] }
const read = async (id: string) =>
  (await (await fetch(`${server.url}/api/v1/certificates/${id}`, { headers })).json()) as Answer

/** The fields of the form that a page holds, as a browser would send them. */
const fieldsOf = (text: string): Record<string, string> => {
  const inputs = [...text.matchAll(/<input[^>]* name="(?<name>[^"]+)"[^>]*>/g)].map(({ 0: tag, groups }) => [
    groups?.['name'] ?? '',
    /value="(?<value>[^"]*)"/.exec(tag)?.groups?.['value'] ?? '',
  ])
  const selects = [...text.matchAll(/<select[^>]* name="(?<name>[^"]+)".*?<\/select>/gs)].map(
    ({ 0: tag, groups }) => [
      groups?.['name'] ?? '',
      /value="(?<value>[^"]*)" selected/.exec(tag)?.groups?.['value'] ?? '',
    ],
  )
  return Object.fromEntries([...inputs, ...selects]) as Record<string, string>
}

await t.test('a person’s position and the event alongside are typed, shown and corrected', async (t) => {
  const panel = { alongsideId: 'panel', kind: 'panel', title: { en: 'Panel on status' } }
  await record('/sessions/s-34/alongside-events', panel)
  await record('/sessions/s-34/alongside-events', {
    ...panel,
    alongsideId: 'seminar',
    title: { en: 'Seminar' },
  })
  const empty = fieldsOf((await desk.get('/desk/award')).text)
  t.ok('position.en' in empty)
  t.notOk('alongsideId' in empty, 'before a session is chosen there is nothing to offer')
  const typed = {
    ...empty,
    kind: 'status',
    'title.en': 'Took part',
    recipientType: 'person',
    'name.en': 'A. Person',
    'position.en': 'Head of something',
    sessionId: 's-34',
    issuedOn: '2024-11-07',
  }
  const { text: offered } = await desk.send('/desk/award', { ...typed, do: 'preview' })
  t.match(offered, 'Panel on status')
  t.match(offered, 'Head of something')
  const sent = await desk.send('/desk/award', { ...typed, alongsideId: 'panel' })
  const id = /\/c\/(?<id>[^?]+)/.exec(sent.location)?.groups?.['id'] ?? ''
  t.match(await read(id), {
    certificate: { basis: { sessionId: 's-34', alongsideId: 'panel' } },
    persons: [{ name: { en: 'A. Person' }, position: { en: 'Head of something' } }],
  })
  const page = await (await fetch(`${server.url}/c/${id}?lang=en`)).text()
  t.match(page, 'Held alongside: ')
  t.match(page, 'Panel on status')
  const correct = `/desk/c/${id}/correct`
  const standing = fieldsOf((await desk.get(correct)).text)
  t.match(standing, { 'position.en': 'Head of something', alongsideId: 'panel' })
  await desk.send(correct, { ...standing, 'position.en': 'Deputy head', reason: 'Spelling.', seen: '1' })
  t.match(await read(id), {
    certificate: { basis: { alongsideId: 'panel' } },
    persons: [{}, { name: { en: 'A. Person' }, position: { en: 'Deputy head' } }],
  })
  const then = fieldsOf((await desk.get(correct)).text)
  await desk.send(correct, { ...then, alongsideId: 'seminar', reason: 'The other one.', seen: '1' })
  t.match(await read(id), { certificate: { basis: { sessionId: 's-34', alongsideId: 'seminar' } } })
})
