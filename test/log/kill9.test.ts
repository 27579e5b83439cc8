import t from 'tap'
import { judge } from '../support/kill9-oracle.ts'
import { killRounds } from '../support/kill9.ts'
import { newEvents } from '../support/events.ts'
import { MemoryEventLog } from '../support/memory-event-log.ts'
import { randomFrom, testSeed } from '../support/random.ts'

await t.test('kill -9 during a load of writes loses no acknowledged append and doubles none', async (t) => {
  const seed = testSeed()
  t.comment(`SEED=${seed}`)
  let rounds = 0
  for await (const { acknowledged, problems } of killRounds(3, randomFrom(seed))) {
    rounds += 1
    t.ok(acknowledged > 0)
    t.same(problems, [])
  }
  t.equal(rounds, 3)
})

await t.test('the judge of the rounds sees what is lost, in part, and there twice', async (t) => {
  const log = new MemoryEventLog(1)
  const events = newEvents(2)
  const ids = events.map(({ id }) => id)
  await log.append('award-a', 'no-stream', events)
  t.same((await judge(log, [{ stream: 'award-a', ids }])).problems, [])
  t.equal((await judge(log, [{ stream: 'award-b', ids }])).problems.length, 1)
  t.equal((await judge(log, [{ stream: 'award-a', ids: [...ids, 'more'] }])).problems.length, 1)
  await log.append('award-b', 'no-stream', events.slice(1))
  t.equal((await judge(log, [{ stream: 'award-a', ids }])).problems.length, 1)
})
