#!/usr/bin/env node
import { run } from './cli/program.ts'

/** The only file that reads the environment and the clock. */
process.exitCode = await run(process.argv, {
  env: process.env,
  now: Date.now,
  out: process.stdout,
  err: process.stderr,
  onStop: (stop) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
  },
})
