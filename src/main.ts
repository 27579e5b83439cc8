#!/usr/bin/env node
import { run } from './cli/program.ts'

// Every file of the registry is its owner's alone: SQLite makes write-ahead logs and shared memory with this mask too.
process.umask(0o077)

/** The only file that reads the environment and the clock. */
const code = await run(process.argv, {
  env: process.env,
  now: Date.now,
  out: process.stdout,
  err: process.stderr,
  onStop: (stop) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
  },
})
// What was said is written out first. Not left to the end of the event loop: Node 26.10 was seen to wait there for ever, a
// core busy, for a connection to EventStoreDB that had been cut while its server was frozen.
for (const stream of [process.stdout, process.stderr])
  await new Promise<void>((resolve) => stream.write('', () => resolve()))
process.exit(code)
