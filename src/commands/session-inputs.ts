import { z } from 'zod'
import { alongsideKind, attendance, implementationStatus, sessionFormat } from '../domain/session.ts'
import { slug } from '../domain/slug.ts'
import {
  country,
  date,
  itemNumber,
  name,
  organizationId,
  ownId,
  printedNumber,
  sessionId,
  some,
  text,
} from './input-parts.ts'
import { personInput } from './person-input.ts'
import { writtenText } from '../domain/text.ts'

/** What requests on sessions say. */

const sessionNumber = z
  .int('is not a whole number')
  .min(1, 'is below 1')
  .max(99_999, 'is above 99999')
  .meta({ description: 'The session’s number.', examples: [34] })
const participantId = slug.meta({
  description: 'The participant’s ID within this session. It is public: name no person in it.',
  examples: ['kg-1'],
})
const decisionNumber = printedNumber('The decision’s number, as printed.', '34/2')

const followUp = z
  .strictObject({
    sessionId: sessionId('The earlier session, where it is in the registry.').optional(),
    sessionNumber: sessionNumber.optional(),
    decisionNumber: decisionNumber.optional(),
  })
  .meta({ description: 'The decision of an earlier session that this follows up.' })

export const conveneInput = z.strictObject({
  id: ownId('session'),
  body: organizationId('The organization whose session it is.'),
  number: sessionNumber,
  startsOn: date('The first day.'),
  endsOn: date('The last day.', '2024-11-07'),
  place: z.strictObject({ city: name('The city.'), country: country.optional() }),
  format: sessionFormat,
  title: text('What the session is called.').optional(),
})

export const agendaInput = z.strictObject({
  items: some(
    z.strictObject({
      number: itemNumber,
      title: text('What the item is about.'),
      followsUp: followUp.optional(),
    }),
    200,
  ),
})

export const participantsInput = z
  .strictObject({
    participants: some(
      z.strictObject({
        participantId,
        organizationId: organizationId('Whom the participant represents.').optional(),
        person: personInput,
        attendance,
        country: country.optional(),
        note: text('What else is to be said. It is public: name no person in it.').optional(),
      }),
      100,
    ),
  })
  .meta({ description: 'Participants beside those registered before.' })

export const chairInput = z.strictObject({
  person: personInput,
  organizationId: organizationId('Whom the chair represents.').optional(),
  country: country.optional(),
})

export const decisionInput = z.strictObject({
  item: itemNumber,
  decisionNumber: decisionNumber.optional(),
  text: text('What was decided.').optional(),
  takenOn: date('The day on which it was taken.').optional(),
})

export const protocolInput = z.strictObject({
  number: printedNumber('The protocol’s number, as printed.', '34'),
  date: date('The date that the protocol bears.'),
  sha256: z
    .string()
    .toLowerCase()
    .regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 of 64 hexadecimal digits')
    .meta({ description: 'The SHA-256 of the document, in hex.' }),
  location: writtenText(500).meta({
    description: 'A URL, or where the document lies.',
    examples: ['https://example.org/protocols/34.pdf'],
  }),
})

export const distributionInput = z.strictObject({
  to: some(
    z.union([
      z.strictObject({ organizationId: organizationId('An organization.') }),
      z.strictObject({ participantId }),
    ]),
    500,
  ),
  on: date('The day on which it was sent.'),
})

export const implementationInput = z
  .strictObject({
    item: itemNumber.optional(),
    decisionNumber: decisionNumber.optional(),
    followsUp: followUp.optional(),
    on: date('The day of the report.'),
    status: implementationStatus,
    text: text('What was done.').optional(),
  })
  .meta({ description: 'How a decision was carried out: name its item or number, or what it follows up.' })

export const alongsideInput = z.strictObject({
  alongsideId: slug.meta({ description: 'The event’s ID within this session.', examples: ['seminar-1'] }),
  kind: alongsideKind,
  title: text('What the event was about.'),
  day: date('The day on which it was held.').optional(),
  hostOrganizationId: organizationId('Who held it.').optional(),
  tookPart: z
    .strictObject({
      organizationIds: some(organizationId('An organization that took part.'), 500).optional(),
      participantIds: some(participantId, 500).optional(),
    })
    .optional(),
})

export const closeInput = z.strictObject({ on: date('The day on which it was closed.', '2024-11-07') })
