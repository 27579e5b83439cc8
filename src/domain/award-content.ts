import { z } from 'zod'
import { storedDate } from './date.ts'
import { personRef } from './person.ts'
import { storedText } from './text.ts'

/** Who receives the award, with the name as it stands on the paper. A person's name lies behind the commitment. */
export const recipient = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('organization'), organizationId: z.string(), nameAsWritten: storedText }),
  z.strictObject({ type: z.literal('person'), person: personRef }),
])
export type Recipient = z.infer<typeof recipient>

/** A function that the award confers, and for how long; without `from` as long as the certificate itself counts. */
export const conferredFunction = z.strictObject({
  name: storedText,
  from: storedDate.optional(),
  until: storedDate.optional(),
})
export type ConferredFunction = z.infer<typeof conferredFunction>

/** What the award rests on. The event held alongside a session carries a participation certificate. */
export const basis = z.strictObject({
  sessionId: z.string().optional(),
  agendaItem: z.number().optional(),
  decisionNumber: z.string().optional(),
  protocolNumber: z.string().optional(),
  alongsideId: z.string().optional(),
})
export type Basis = z.infer<typeof basis>

/** What a certificate says. */
export const awardContent = z.strictObject({
  issuerId: z.string(),
  awardingBody: z.string(),
  kind: z.string(),
  title: storedText,
  citation: storedText.optional(),
  recipient,
  basis,
  functions: z.array(conferredFunction),
  serialNumber: z.string().optional(),
  issuedOn: storedDate,
  validFrom: storedDate.optional(),
  validUntil: storedDate.optional(),
})
export type AwardContent = z.infer<typeof awardContent>

/** Who took the certificate for the recipient, when and where. */
export const acceptance = z.strictObject({
  person: personRef,
  acceptedOn: storedDate,
  place: storedText.optional(),
})
export type Acceptance = z.infer<typeof acceptance>

/** One corrected field with what it said before; `before` is absent where the field said nothing. */
export const correctedField = z.discriminatedUnion('field', [
  z.strictObject({ field: z.literal('title'), before: storedText, after: storedText }),
  z.strictObject({ field: z.literal('citation'), before: storedText.optional(), after: storedText }),
  z.strictObject({ field: z.literal('recipient.nameAsWritten'), before: storedText, after: storedText }),
  z.strictObject({ field: z.literal('recipient.person'), before: personRef, after: personRef }),
  z.strictObject({ field: z.literal('acceptance.person'), before: personRef, after: personRef }),
  z.strictObject({ field: z.literal('acceptance.acceptedOn'), before: storedDate, after: storedDate }),
  z.strictObject({ field: z.literal('acceptance.place'), before: storedText.optional(), after: storedText }),
  z.strictObject({ field: z.literal('serialNumber'), before: z.string().optional(), after: z.string() }),
  z.strictObject({ field: z.literal('issuedOn'), before: storedDate, after: storedDate }),
  z.strictObject({ field: z.literal('validFrom'), before: storedDate.optional(), after: storedDate }),
  z.strictObject({ field: z.literal('validUntil'), before: storedDate.optional(), after: storedDate }),
  z.strictObject({ field: z.literal('basis'), before: basis, after: basis }),
  z.strictObject({
    field: z.literal('functions'),
    before: z.array(conferredFunction),
    after: z.array(conferredFunction),
  }),
])
export type CorrectedField = z.infer<typeof correctedField>
