/**
 * `npm run test:eventstoredb`: the contract of the log, the protocol that the double imitates and a smoke of the whole
 * registry over HTTP, on the server that `EVENTSTORE_URL` names. Each run writes into streams of its own and leaves
 * them there: name a server that may be thrown away.
 */
const { EVENTSTORE_URL } = process.env
if (EVENTSTORE_URL === undefined || EVENTSTORE_URL === '') {
  console.error('EVENTSTORE_URL names no server; for example EVENTSTORE_URL=esdb://localhost:2113?tls=false')
  process.exitCode = 2
} else {
  process.argv.push(
    '--jobs=1',
    'test/log/eventstoredb-event-log.test.ts',
    'test/log/eventstoredb-double.test.ts',
    'test/eventstoredb-smoke.test.ts',
  )
  await import('./run-tests.ts')
}
