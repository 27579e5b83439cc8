import { status } from '@grpc/grpc-js'
import type { Fault } from './faults.ts'

const ENDINGS: readonly Fault[] = [
  { kind: 'no-answer' },
  { kind: 'clean-end' },
  { kind: 'status', code: status.CANCELLED },
  { kind: 'status', code: status.UNAVAILABLE },
  { kind: 'status', code: status.ABORTED },
  { kind: 'status', code: status.DEADLINE_EXCEEDED },
  { kind: 'status', code: status.UNKNOWN },
  { kind: 'rst-stream' },
  { kind: 'reset' },
  { kind: 'slow', ms: 30 },
  { kind: 'restart', ms: 20 },
  { kind: 'freeze', ms: 60 },
]

/** Everything that may befall a write, stored and not stored, for rounds by chance. Nothing in it lasts. */
export const WRITE_FAULTS: readonly Fault[] = [
  ...ENDINGS.flatMap((fault) => [
    { ...fault, stored: true },
    { ...fault, stored: false },
  ]),
  { kind: 'late-write', ms: 40 },
  { kind: 'not-ready' },
]

/** Everything that may befall a read or a subscription, at its beginning and among its events. */
export const READ_FAULTS: readonly Fault[] = [
  ...ENDINGS.flatMap((fault) => [
    fault,
    { ...fault, after: 1 },
    { ...fault, after: 5 },
    { ...fault, after: 40 },
  ]),
  { kind: 'not-ready' },
]
