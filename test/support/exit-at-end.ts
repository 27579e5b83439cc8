import t from 'tap'

const WRITTEN_MS = 250

/**
 * Ends the process soon after its last test. Node 26.10 was seen to wait for ever, a core busy, at the end of its event
 * loop, for HTTP/2 connections that had been cut while they were frozen.
 */
export function exitAtEnd(): void {
  t.teardown(() => void setTimeout(() => process.exit(), WRITTEN_MS))
}
