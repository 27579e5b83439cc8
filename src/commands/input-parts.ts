import { z } from 'zod'
import { isCertificateId, readCertificateId } from '../domain/certificate-id.ts'
import { plainDate } from '../domain/date.ts'
import { slug } from '../domain/slug.ts'
import { localizedName, localizedText, MAX_TEXT, writtenText } from '../domain/text.ts'

/** Parts that the inputs share. Every request is read by these; what is stored later was checked here. */

export const date = (description: string, example = '2024-11-06') =>
  plainDate.meta({ description, examples: [example] })

export const name = (description: string) =>
  localizedName.meta({ description, examples: [{ ky: 'Мамлекеттик фонд', en: 'State Fund' }] })

export const text = (description: string) =>
  localizedText.meta({ description, examples: [{ ky: 'Мыкты кызматы үчүн', en: 'For excellent service' }] })

export const reason = writtenText(MAX_TEXT).meta({
  description: 'Why, in one or a few sentences. It is public and stays for ever: name no person in it.',
  examples: ['The name was misspelled on the paper.'],
})

/** A number as printed on paper: of a decision, a protocol, a certificate. */
export const printedNumber = (description: string, example: string) =>
  writtenText(100).meta({ description, examples: [example] })

export const ownId = (of: string) =>
  slug.meta({
    description: `The ID that the ${of} will have: lower-case letters, digits and hyphens. It never changes.`,
    examples: ['state-fund'],
  })

export const organizationId = (description: string) => slug.meta({ description, examples: ['state-fund'] })
export const sessionId = (description: string) =>
  slug.meta({ description, examples: ['interstate-council-34'] })
export const issuerId = (description: string) => slug.meta({ description, examples: ['interstate-council'] })

export const awardKind = slug.meta({
  description: 'What kind of award: `status`, `excellence`, `participation`, or a kind of the issuer’s own.',
  examples: ['status', 'excellence', 'participation'],
})

export const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'is not a country code of two capital letters such as KG (ISO 3166-1)')
  .meta({ description: 'ISO 3166-1 alpha-2.', examples: ['KG'] })

export const itemNumber = z
  .int('is not a whole number')
  .min(1, 'is below 1')
  .max(9_999, 'is above 9999')
  .meta({ description: 'The number of an agenda item.', examples: [1] })

/** Another certificate's ID; any way of writing it, kept in the printed form. */
export const certificateId = z
  .string()
  .max(64, 'is longer than a certificate ID')
  .overwrite((typed) => {
    const reading = readCertificateId(typed)
    return reading.ok ? reading.id : typed
  })
  .refine(
    isCertificateId,
    'is no certificate ID, or was mistyped: its last character does not fit the others',
  )
  .meta({ description: 'A certificate ID, `XXXX-XXXX-XXXX-XXXX-C`.', examples: ['0410-6105-0R3G-G28A-2'] })

/** At least one and at most `max` of something. */
export const some = <Item extends z.ZodType>(item: Item, max: number) =>
  z.array(item).min(1, 'is empty; name at least one, or leave it out').max(max, `holds more than ${max}`)
