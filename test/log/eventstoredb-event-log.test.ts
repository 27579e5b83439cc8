import { randomUUID } from 'node:crypto'
import t from 'tap'
import { EventStoreDbEventLog } from '../../src/log/eventstoredb-event-log.ts'
import { eventLogContract } from '../contract/event-log-contract.ts'
import { startDouble } from '../support/eventstoredb/double.ts'

const server = process.env['EVENTSTORE_URL']

if (server !== undefined)
  await eventLogContract(t, 'a real EventStoreDB', async () => ({
    log: new EventStoreDbEventLog({ url: server, prefixes: [''], namespace: `${randomUUID()}.` }),
    cleanup: () => {},
  }))

await eventLogContract(t, 'EventStoreDB (wire double)', async () => {
  const double = await startDouble()
  return {
    log: new EventStoreDbEventLog({ url: double.url, prefixes: [''], namespace: 'run.' }),
    cleanup: () => double.stop(),
  }
})
