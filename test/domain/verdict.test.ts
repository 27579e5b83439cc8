import t from 'tap'
import type { IssuedAward } from '../../src/domain/award.ts'
import { addDays } from '../../src/domain/date.ts'
import { type Verdict, verdictAt, verdicts } from '../../src/domain/verdict.ts'

const award = (
  patch: Partial<IssuedAward> = {},
  dates: Partial<IssuedAward['content']> = {},
): IssuedAward => ({
  status: 'issued',
  content: {
    issuerId: 'council',
    awardingBody: 'council',
    kind: 'status',
    title: { en: 'Certificate' },
    recipient: { type: 'organization', organizationId: 'fund', nameAsWritten: { en: 'Fund' } },
    basis: {},
    functions: [],
    issuedOn: '2024-11-07',
    ...dates,
  },
  corrections: [],
  prolongations: [],
  suspensions: [],
  predecessors: [],
  ...patch,
})

const on = (one: IssuedAward, day: string) => verdictAt(verdicts(one), day)

void t.test('without an end it is valid from the day of issue for ever', async (t) => {
  const one = award()
  t.strictSame(on(one, '2024-11-06'), { status: 'not-yet-valid', until: '2024-11-06' })
  t.strictSame(on(one, '2024-11-07'), { status: 'valid', since: '2024-11-07' })
  t.strictSame(on(one, '9999-12-31'), { status: 'valid', since: '2024-11-07' })
})

void t.test('validity begins on the later of issue and validFrom and includes its last day', async (t) => {
  const one = award({}, { validFrom: '2025-01-01', validUntil: '2025-12-31' })
  t.strictSame(on(one, '2024-12-31'), { status: 'not-yet-valid', until: '2024-12-31' })
  t.strictSame(on(one, '2025-12-31'), { status: 'valid', since: '2025-01-01', until: '2025-12-31' })
  t.strictSame(on(one, '2026-01-01'), { status: 'expired', since: '2026-01-01' })
  t.equal(on(award({}, { validFrom: '2020-01-01' }), '2024-11-06').status, 'not-yet-valid')
})

void t.test('a prolongation without a gap is one span; with a gap it is expired in between', async (t) => {
  const dates = { validUntil: '2025-06-30' }
  const seamless = award({ prolongations: [{ from: '2025-07-01', until: '2026-06-30' }] }, dates)
  t.strictSame(on(seamless, '2025-07-01'), { status: 'valid', since: '2024-11-07', until: '2026-06-30' })
  const gap = award({ prolongations: [{ from: '2025-09-01', until: '2026-06-30' }] }, dates)
  t.strictSame(on(gap, '2025-08-01'), { status: 'expired', since: '2025-07-01', until: '2025-08-31' })
})

void t.test('a suspension counts through its last day, or until the day before reinstatement', async (t) => {
  const one = award({ suspensions: [{ from: '2025-02-01', until: '2025-02-28', reason: 'inquiry' }] })
  t.strictSame(on(one, '2025-02-28'), {
    status: 'suspended',
    reason: 'inquiry',
    since: '2025-02-01',
    until: '2025-02-28',
  })
  t.strictSame(on(one, '2025-03-01'), { status: 'valid', since: '2025-03-01' })
  const reinstated = { from: '2025-02-10', reason: 'cleared' }
  const early = award({ suspensions: [{ from: '2025-02-01', reason: 'inquiry', reinstated }] })
  t.equal(on(early, '2025-02-09').status, 'suspended')
  t.strictSame(on(early, '2025-02-10'), { status: 'valid', since: '2025-02-10' })
})

void t.test('revoked outweighs superseded, and both outweigh the calendar', async (t) => {
  const one = award(
    {
      revocation: { from: '2025-05-01', reason: 'obtained by fraud' },
      supersession: { by: 'X', from: '2025-03-01', reason: 'new name' },
    },
    { validUntil: '2025-02-01' },
  )
  t.equal(on(one, '2025-02-15').status, 'expired')
  t.strictSame(on(one, '2025-03-01'), {
    status: 'superseded',
    reason: 'new name',
    supersededBy: 'X',
    since: '2025-03-01',
    until: '2025-04-30',
  })
  t.strictSame(on(one, '2030-01-01'), { status: 'revoked', reason: 'obtained by fraud', since: '2025-05-01' })
})

void t.test('the verdicts of all days leave no gap and touch each other', async (t) => {
  const all = verdicts(
    award(
      {
        prolongations: [{ from: '2026-01-01', until: '2026-12-31' }],
        suspensions: [
          { from: '2024-12-01', until: '2024-12-31', reason: 'a' },
          { from: '2025-02-01', reason: 'b', reinstated: { from: '2025-02-01', reason: 'at once' } },
        ],
        revocation: { from: '2026-06-01', reason: 'c' },
      },
      { validUntil: '2025-06-30' },
    ),
  )
  t.equal(all[0]?.since, undefined)
  t.equal(all.at(-1)?.until, undefined)
  for (const [index, verdict] of all.entries()) {
    const next: Verdict | undefined = all[index + 1]
    if (next) t.equal(next.since, addDays(verdict.until ?? '', 1))
  }
  t.strictSame(
    all.map(({ status }) => status),
    ['not-yet-valid', 'valid', 'suspended', 'valid', 'expired', 'valid', 'revoked'],
  )
})
