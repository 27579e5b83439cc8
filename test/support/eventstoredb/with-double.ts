import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import { BareClient } from './bare-client.ts'
import type { Outcome, proposals } from './bare-client.ts'
import { startDouble } from './double.ts'
import type { Double, DoubleOptions } from './double.ts'

/** One test with a double and a bare client of its own; both are gone at its end, whatever it left behind. */
export async function withDouble(
  t: Test,
  sentence: string,
  options: DoubleOptions,
  body: (t: Test, double: Double, client: BareClient) => Promise<void>,
): Promise<void> {
  await t.test(sentence, async (t) => {
    const double = await startDouble(options)
    const client = new BareClient(double.url)
    try {
      await body(t, double, client)
    } finally {
      await client.close()
      await double.stop()
    }
  })
}

/** Asks again, with the same ids and the same revision, until the outcome is known. */
export async function settle(
  client: BareClient,
  stream: string,
  events: ReturnType<typeof proposals>,
): Promise<Outcome> {
  let outcome: Outcome = { kind: 'error', type: 'never asked' }
  for (let attempt = 0; attempt < 20; attempt += 1) {
    outcome = await client.append(stream, 'no_stream', events, { deadline: 1000 })
    if (outcome.kind !== 'error') break
    await pause(50)
  }
  return outcome
}

/** Waits until something holds; throws where it doesn't within five seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  const late = AbortSignal.timeout(5000)
  while (!holds()) {
    if (late.aborted) throw new Error(`never came true: ${String(holds)}`)
    await pause(2)
  }
}
