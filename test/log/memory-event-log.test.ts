import t from 'tap'
import { eventLogContract } from '../contract/event-log-contract.ts'
import { newEvents } from '../support/events.ts'
import { MemoryEventLog } from '../support/memory-event-log.ts'
import { randomFrom, testSeed } from '../support/random.ts'

const seed = testSeed()
const random = randomFrom(seed)
t.comment(`SEED=${seed}`)

await eventLogContract(t, 'memory', async () => ({
  log: new MemoryEventLog(Math.floor(random() * 2 ** 32)),
  cleanup: () => {},
}))

await t.test('memory: a planted fault is stored or not, as asked, and a repeat cures both', async (t) => {
  for (const fault of ['stored', 'not-stored'] as const) {
    const log = new MemoryEventLog(seed)
    const events = newEvents(2)
    log.failNext(fault)
    await t.rejects(log.append('award-a', 'no-stream', events), { name: 'LogUnavailableError' })
    t.equal((await log.readStream('award-a')).events.length, fault === 'stored' ? 2 : 0)
    t.match(await log.append('award-a', 'no-stream', events), { kind: 'appended', revision: 1n })
    t.equal((await log.readStream('award-a')).events.length, 2)
  }
})
