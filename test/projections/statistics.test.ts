import t from 'tap'
import { readStatistics } from '../../src/projections/statistics.ts'
import { applyAll, award, emptyReadModel, recorder } from '../support/projected.ts'

const A = '0000-0000-0000-0001-1'
const B = '0000-0000-0000-0002-2'

void t.test('counts what was recorded, once however often it is delivered', async (t) => {
  const { model, remove } = emptyReadModel()
  t.teardown(remove)
  t.equal(readStatistics(model.db).awards, 0)
  const record = recorder()
  const person = { personId: 'p', commitment: 'c' }
  const events = [
    record('organization-fund', 'OrganizationRegistered', { name: { en: 'Fund' } }),
    record('issuer-office', 'IssuerRegistered', { name: { en: 'Office' }, body: 'fund', idSeed: 's' }),
    record(`award-${A}`, 'AwardIssued', award({ issuerId: 'office', issuedOn: '2024-12-31' })),
    record(`award-${B}`, 'AwardIssued', award({ issuerId: 'office', kind: 'excellence' })),
    record(`award-${A}`, 'AwardAccepted', { person, acceptedOn: '2025-01-02' }),
    record(`award-${A}`, 'AwardCorrected', {
      changes: [{ field: 'issuedOn', before: '2024-12-31', after: '2025-01-01' }],
      reason: 'misprint',
    }),
    record(`award-${B}`, 'AwardSuspended', { from: '2025-01-01', reason: 'inquiry' }),
    record(`award-${B}`, 'AwardRevoked', { from: '2025-01-01', reason: 'inquiry' }),
  ]
  applyAll(model, events, 3)
  const numbers = readStatistics(model.db)
  t.match(numbers, {
    awards: 2,
    accepted: 1,
    corrections: 1,
    suspensions: 1,
    revoked: 1,
    superseded: 0,
    organizations: 1,
    issuers: 1,
    sessions: 0,
  })
  t.same(numbers.awardsByYear, { 2024: 1, 2025: 1 })
  t.same(numbers.awardsByKind, { status: 1, excellence: 1 })
  t.same(numbers.awardsByIssuer, { office: 2 })
  applyAll(model, events, 8)
  t.same(readStatistics(model.db), numbers)
})
