import t from 'tap'
import * as Issuer from '../../src/domain/issuer.ts'
import type { IssuerEvent } from '../../src/domain/issuer.ts'
import { releaseSerial, reserveSerial, type SerialEvent, serialStream } from '../../src/domain/serial.ts'
import { signingKeyAt } from '../../src/domain/signing-key.ts'
import { fold, scenarios } from '../support/decider.ts'
import { issuer, serial } from '../support/deciders.ts'

const { given } = scenarios(issuer)
const registration = { name: { en: 'Council' }, body: 'council', idSeed: 'c2VlZHNlZWRzZWVkc2VlZA' }
const registered: IssuerEvent = { type: 'IssuerRegistered', data: registration }
const operator: IssuerEvent = {
  type: 'IssuerRegistered',
  data: { name: { en: 'Operator' }, idSeed: registration.idSeed },
}
const accreditation = { accreditationId: 'a1', kinds: ['status'], from: '2024-01-01', until: '2024-12-31' }
const accredited: IssuerEvent = { type: 'IssuerAccredited', data: accreditation }
const withdrawal = { accreditationId: 'a1', from: '2024-07-01', reason: 'asked' }
const withdrawn: IssuerEvent = { type: 'IssuerAccreditationWithdrawn', data: withdrawal }
const key = { keyId: 'k1', role: 'issuer', sha256: 'f'.repeat(64) } as const
const granted: IssuerEvent = { type: 'AccessKeyGranted', data: key }
const revocation = { keyId: 'k1', reason: 'lost' }
const revoked: IssuerEvent = { type: 'AccessKeyRevoked', data: revocation }
const at = (day: number) => `2026-01-0${day}T00:00:00.000Z`
const signingKey = { keyId: 's1', publicKeyMultibase: 'z6Mk1', from: at(2) }
const added: IssuerEvent = { type: 'IssuerSigningKeyAdded', data: signingKey }
const retirement = { keyId: 's1', until: at(4) }
const retired: IssuerEvent = { type: 'IssuerSigningKeyRetired', data: retirement }
const compromise = { keyId: 's1', since: at(3), reason: 'the disk was stolen' }
const compromised: IssuerEvent = { type: 'IssuerSigningKeyCompromised', data: compromise }

void t.test('register: again, the first seed stays', async (t) => {
  given().when(Issuer.registerIssuer(registration)).thenEvents(t, registered)
  given(registered)
    .when(Issuer.registerIssuer({ ...registration, idSeed: 'other' }))
    .thenEvents(t)
  given(registered)
    .when(Issuer.registerIssuer({ ...registration, body: 'other' }))
    .thenRefused(t, { kind: 'issuer-exists' })
})

void t.test('nothing happens to an issuer that is not registered', async (t) => {
  const decisions = [
    Issuer.accreditIssuer(accreditation),
    Issuer.withdrawAccreditation(withdrawal),
    Issuer.grantAccessKey(key),
    Issuer.revokeAccessKey(revocation),
    Issuer.addIssuerSigningKey(signingKey),
    Issuer.retireIssuerSigningKey(retirement),
    Issuer.compromiseIssuerSigningKey(compromise),
  ]
  for (const decision of decisions) given().when(decision).thenRefused(t, { kind: 'issuer-not-found' })
})

void t.test('accredit', async (t) => {
  given(registered).when(Issuer.accreditIssuer(accreditation)).thenEvents(t, accredited)
  given(operator).when(Issuer.accreditIssuer(accreditation)).thenRefused(t, { kind: 'no-body' })
  given(registered, accredited)
    .when(Issuer.accreditIssuer({ ...accreditation, kinds: ['excellence'] }))
    .thenRefused(t, { kind: 'accreditation-exists', accreditationId: 'a1' })
  given(registered)
    .when(Issuer.accreditIssuer({ ...accreditation, kinds: [] }))
    .thenRefused(t, { kind: 'invalid', field: '/kinds', problem: 'empty' })
  given(registered)
    .when(Issuer.accreditIssuer({ ...accreditation, until: '2023-12-31' }))
    .thenRefused(t, { kind: 'invalid', field: '/until', problem: 'ends-before-it-begins' })
})

void t.test('withdraw', async (t) => {
  given(registered, accredited).when(Issuer.withdrawAccreditation(withdrawal)).thenEvents(t, withdrawn)
  given(registered)
    .when(Issuer.withdrawAccreditation(withdrawal))
    .thenRefused(t, { kind: 'accreditation-not-found', accreditationId: 'a1' })
  given(registered, accredited, withdrawn)
    .when(Issuer.withdrawAccreditation({ ...withdrawal, from: '2024-08-01' }))
    .thenRefused(t, { kind: 'already-withdrawn', from: '2024-07-01' })
  given(registered, accredited)
    .when(Issuer.withdrawAccreditation({ ...withdrawal, from: '2023-12-31' }))
    .thenRefused(t, { kind: 'invalid', field: '/from', problem: 'ends-before-it-begins' })
  given(registered, accredited)
    .when(Issuer.withdrawAccreditation({ ...withdrawal, from: '2025-01-01' }))
    .thenRefused(t, { kind: 'invalid', field: '/from', problem: 'not-allowed' })
})

void t.test('accreditation on a date', async (t) => {
  const on = (date: string, kind = 'status', ...events: IssuerEvent[]) =>
    Issuer.accreditationOn(fold(issuer, [registered, accredited, ...events]), kind, date)
  t.equal(Issuer.accreditationOn(issuer.initial, 'status', '2024-06-01'), undefined)
  t.strictSame(on('2024-01-01'), { accreditationId: 'a1', from: '2024-01-01', until: '2024-12-31' })
  t.ok(on('2024-12-31'))
  t.equal(on('2023-12-31'), undefined)
  t.equal(on('2025-01-01'), undefined)
  t.equal(on('2024-06-01', 'excellence'), undefined)
  t.strictSame(on('2024-06-30', 'status', withdrawn)?.until, '2024-06-30')
  t.equal(on('2024-07-01', 'status', withdrawn), undefined)
  const second: IssuerEvent = {
    type: 'IssuerAccredited',
    data: { accreditationId: 'a2', kinds: ['status'], from: '2024-07-01' },
  }
  t.strictSame(on('2024-07-01', 'status', withdrawn, second), { accreditationId: 'a2', from: '2024-07-01' })
})

void t.test('access keys', async (t) => {
  given(operator).when(Issuer.grantAccessKey(key)).thenEvents(t, granted)
  given(registered, granted)
    .when(Issuer.grantAccessKey({ ...key, role: 'registrar' }))
    .thenRefused(t, { kind: 'key-exists', keyId: 'k1' })
  given(registered, granted)
    .when(Issuer.grantAccessKey({ ...key, keyId: 'k2' }))
    .thenRefused(t, { kind: 'key-exists', keyId: 'k1' })
  given(registered, granted).when(Issuer.revokeAccessKey(revocation)).thenEvents(t, revoked)
  given(registered)
    .when(Issuer.revokeAccessKey(revocation))
    .thenRefused(t, { kind: 'key-not-found', keyId: 'k1' })
  given(registered, granted, revoked)
    .when(Issuer.revokeAccessKey({ ...revocation, reason: 'other' }))
    .thenRefused(t, { kind: 'key-revoked', keyId: 'k1' })
  for (const again of [key, { ...key, keyId: 'k2' }, { ...key, sha256: '0'.repeat(64) }])
    given(registered, granted, revoked)
      .when(Issuer.grantAccessKey(again))
      .thenRefused(t, { kind: 'key-revoked', keyId: 'k1' })
})

void t.test('signing keys: added, retired, compromised', async (t) => {
  given(registered).when(Issuer.addIssuerSigningKey(signingKey)).thenEvents(t, added)
  for (const other of [
    { ...signingKey, keyId: 's2' },
    { ...signingKey, publicKeyMultibase: 'z6Mk2' },
    { ...signingKey, from: at(1) },
  ])
    given(registered, added)
      .when(Issuer.addIssuerSigningKey(other))
      .thenRefused(t, { kind: 'signing-key-exists', keyId: 's1' })
  given(registered, added).when(Issuer.retireIssuerSigningKey(retirement)).thenEvents(t, retired)
  given(registered, added)
    .when(Issuer.retireIssuerSigningKey({ ...retirement, until: at(1) }))
    .thenRefused(t, { kind: 'invalid', field: '/until', problem: 'ends-before-it-begins' })
  given(registered, added, retired)
    .when(Issuer.retireIssuerSigningKey({ ...retirement, until: at(5) }))
    .thenRefused(t, { kind: 'signing-key-retired', keyId: 's1' })
  given(registered, added, retired)
    .when(Issuer.compromiseIssuerSigningKey(compromise))
    .thenEvents(t, compromised)
  given(registered, added, compromised)
    .when(Issuer.compromiseIssuerSigningKey({ ...compromise, since: at(1) }))
    .thenRefused(t, { kind: 'signing-key-compromised', keyId: 's1' })
  for (const decide of [
    Issuer.retireIssuerSigningKey(retirement),
    Issuer.compromiseIssuerSigningKey(compromise),
  ])
    given(registered).when(decide).thenRefused(t, { kind: 'signing-key-not-found', keyId: 's1' })
})

void t.test('which key signs when', async (t) => {
  const second: IssuerEvent = {
    type: 'IssuerSigningKeyAdded',
    data: { keyId: 's2', publicKeyMultibase: 'z6Mk2', from: at(3) },
  }
  const on = (day: number, ...events: IssuerEvent[]) => {
    const state = fold(issuer, [registered, ...events])
    return state.status === 'registered' ? signingKeyAt(state.signingKeys ?? [], at(day))?.keyId : 'none'
  }
  t.equal(on(2), undefined)
  t.equal(on(1, added), undefined)
  t.equal(on(2, added), 's1')
  t.equal(on(3, added, second), 's2')
  t.equal(on(2, added, second), 's1')
  t.equal(on(3, added, retired), 's1')
  t.equal(on(4, added, retired), undefined)
  t.equal(on(2, added, compromised), 's1')
  t.equal(on(3, added, compromised), undefined)
  t.strictSame(fold(issuer, [registered, added, added]), fold(issuer, [registered, added]))
})

void t.test('serial numbers', async (t) => {
  const stream = serialStream('council', '№ 12a')
  t.match(stream, /^serial-council\.[0-9a-f]{32}$/)
  for (const like of ['No 12A', ' №  12a ', '№\t１２ａ'])
    t.equal(serialStream('council', like), stream, `${like} is the same number`)
  t.not(serialStream('council', '№ 12b'), stream)
  t.not(serialStream('other', '№ 12a'), stream)

  const reservation = { issuerId: 'council', serialNumber: '12', certificateId: 'A' }
  const reserved: SerialEvent = { type: 'SerialReserved', data: reservation }
  const release = { certificateId: 'A', reason: 'corrected' } as const
  const released: SerialEvent = { type: 'SerialReleased', data: release }
  const number = scenarios(serial)
  number.given().when(reserveSerial(reservation)).thenEvents(t, reserved)
  number
    .given(reserved)
    .when(reserveSerial({ ...reservation, certificateId: 'B' }))
    .thenRefused(t, { kind: 'duplicate-serial', heldBy: 'A' })
  number.given(reserved).when(releaseSerial(release)).thenEvents(t, released)
  number
    .given(reserved)
    .when(releaseSerial({ ...release, certificateId: 'B' }))
    .thenEvents(t)
  number.given(reserved, released).when(reserveSerial(reservation)).thenEvents(t, reserved)

  const held = fold(serial, [reserved])
  t.equal(serial.evolve(held, { type: 'SerialReleased', data: { ...release, certificateId: 'B' } }), held)
  t.equal(serial.evolve(held, { type: 'SerialReserved', data: { ...reservation, certificateId: 'B' } }), held)
})
