import { startDouble } from './double.ts'
import type { DoubleOptions } from './double.ts'

/** The double as a process: options as JSON in, its URL as the first line out; ends with its standard input. */
const options = JSON.parse(process.argv[2] ?? '{}') as DoubleOptions
const double = await startDouble(options)
console.log(double.url)
process.stdin.resume().once('end', () => void double.stop().then(() => process.exit(0)))
