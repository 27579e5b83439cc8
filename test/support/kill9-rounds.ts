/**
 * `kill9-rounds.ts [--rounds 20]`: kill -9 during a load of writes, that many times. A line a round, then a summary.
 * Exit code 0 where no acknowledged append was lost and none doubled, 1 otherwise. `SEED` repeats the moments.
 */
import { parseArgs } from 'node:util'
import { killRounds } from './kill9.ts'
import { randomFrom, testSeed } from './random.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const seed = testSeed()
console.log(`SEED=${seed}`)

let acknowledged = 0
let problems = 0
let rounds = 0
for await (const round of killRounds(Number(values.rounds), randomFrom(seed))) {
  rounds += 1
  acknowledged += round.acknowledged
  problems += round.problems.length
  console.log(
    `round ${round.round}: killed after ${round.milliseconds} ms, ${round.acknowledged} appends acknowledged, ` +
      `${round.events} events in the log, ${round.problems.length} problems`,
  )
  for (const problem of round.problems.slice(0, 10)) console.log(`  ${problem}`)
}
console.log(`${rounds} rounds, ${acknowledged} acknowledged appends, ${problems} problems`)
process.exitCode = problems === 0 ? 0 : 1
