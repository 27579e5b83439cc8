import { z } from 'zod'
import {
  awardKind,
  certificateId,
  date,
  issuerId,
  itemNumber,
  name,
  organizationId,
  printedNumber,
  reason,
  sessionId,
  some,
  text,
} from './input-parts.ts'
import { personInput } from './person-input.ts'
import { slug } from '../domain/slug.ts'

/** What requests on awards say. Dates are days; the last day of a span belongs to it. */

const MAX_FUNCTIONS = 50

const serialNumber = printedNumber(
  'The number that the issuer printed on the certificate; unique per issuer.',
  'МГС-34/001',
)

const basis = z
  .strictObject({
    sessionId: sessionId('The session at which it was conferred.').optional(),
    agendaItem: itemNumber.optional(),
    decisionNumber: printedNumber('The decision’s number, as printed.', '34/2').optional(),
    protocolNumber: printedNumber('The protocol’s number, as printed.', '34').optional(),
    alongsideId: slug
      .meta({ description: 'The event held alongside the session, for a certificate of participation.' })
      .optional(),
  })
  .meta({ description: 'What the award rests on.' })

const conferredFunction = z.strictObject({
  name: name('The function conferred.'),
  from: date('First day; without it as long as the certificate itself counts.').optional(),
  until: date('Last day.').optional(),
})
const functions = some(conferredFunction, MAX_FUNCTIONS)

const recipient = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('organization'),
    organizationId: organizationId('The organization that receives the award.'),
    nameAsWritten: name('Its name as it stands on the paper.'),
  }),
  z.strictObject({ type: z.literal('person'), person: personInput }),
])

export const issueInput = z
  .strictObject({
    issuerId: issuerId('Who records the award.'),
    kind: awardKind,
    title: text('What the certificate says it is.'),
    citation: text('What it was awarded for.').optional(),
    recipient,
    awardingBody: organizationId('Who confers it; by default the body that the issuer acts for.').optional(),
    basis: basis.optional(),
    functions: functions.optional(),
    serialNumber: serialNumber.optional(),
    issuedOn: date('The day of issue as it stands on the paper.'),
    validFrom: date('First day on which it counts; by default the day of issue.').optional(),
    validUntil: date('Last day on which it counts; without it it has no end.', '2027-11-06').optional(),
  })
  .meta({ description: 'An award and the certificate that confers it.' })
export type IssueInput = z.infer<typeof issueInput>

const place = name('Where it was handed over.')

export const acceptInput = z
  .strictObject({
    person: personInput,
    acceptedOn: date('The day on which it was accepted.'),
    place: place.optional(),
  })
  .meta({ description: 'Who took the certificate for the recipient, when and where.' })

const change = <Field extends string, Value extends z.ZodType>(field: Field, value: Value) =>
  z.strictObject({
    field: z.literal(field),
    before: value.optional().describe('What it says now; where given, it is checked.'),
    after: value,
  })
/** Nobody has to repeat a person's data to correct them: what they were is not asked for. */
const personChange = <Field extends string>(field: Field) =>
  z.strictObject({ field: z.literal(field), after: personInput })

const correctedField = z.discriminatedUnion('field', [
  change('title', text('The title.')),
  change('citation', text('The citation.')),
  change('recipient.nameAsWritten', name('The recipient’s name as it stands on the paper.')),
  personChange('recipient.person'),
  personChange('acceptance.person'),
  change('acceptance.acceptedOn', date('The day of acceptance.')),
  change('acceptance.place', place),
  change('serialNumber', serialNumber),
  change('issuedOn', date('The day of issue.')),
  change('validFrom', date('First day on which it counts.')),
  change('validUntil', date('Last day on which it counts.')),
  change('basis', basis),
  change('functions', z.array(conferredFunction).max(MAX_FUNCTIONS, `holds more than ${MAX_FUNCTIONS}`)),
])

export const correctInput = z
  .strictObject({ changes: some(correctedField, 13), reason })
  .meta({ description: 'Fields that the record says wrongly, with what they should say.' })
export type CorrectInput = z.infer<typeof correctInput>

export const suspendInput = z.strictObject({
  from: date('First day on which it does not count.'),
  until: date('Last such day; without it until it is reinstated.').optional(),
  reason,
})
export const reinstateInput = z.strictObject({ from: date('First day on which it counts again.'), reason })
export const revokeInput = z.strictObject({
  from: date('First day on which it no longer counts; it may lie in the past.'),
  reason,
})
export const supersedeInput = z.strictObject({
  by: certificateId.describe('The certificate that takes its place; it must be recorded already.'),
  from: date('First day on which the other counts instead.'),
  reason,
})
export type SupersedeInput = z.infer<typeof supersedeInput>
export const prolongInput = z.strictObject({
  from: date('First day of the added span; by default the day after the present end.').optional(),
  until: date('The new last day.', '2030-11-06'),
  reason: reason.optional(),
})
export const supplementInput = z
  .strictObject({
    serialNumber: serialNumber.optional(),
    basis: basis.optional(),
    functions: functions.optional(),
    validFrom: date('First day on which it counts.').optional(),
    validUntil: date('Last day on which it counts.').optional(),
  })
  .meta({ description: 'What was missing at issue. What is there already is corrected instead.' })
