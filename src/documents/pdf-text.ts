/** What a PDF that somebody presents says: as much as a machine can read of it. Nothing of it has been checked. */
export type PdfText = {
  /** Page by page, lines apart. */
  readonly pages: readonly string[]
  /** The JSON files in it, as text. */
  readonly attachments: readonly string[]
  /** `D:20241107…`, as it stands in the file. */
  readonly created?: string | undefined
  readonly language?: string | undefined
  /** Why part of it was not read, where that is so: then what was read says nothing of the whole. */
  readonly unread?: PdfProblem | undefined
}

/**
 * `not-a-pdf`: it can't be read as one. `locked`: it wants a password. `too-much`: reading took more time or memory than
 * a certificate can need. `busy`: too many others are being read.
 */
export type PdfProblem = 'not-a-pdf' | 'locked' | 'too-much' | 'busy'

/** What is read of a PDF at most; a certificate has far less. */
export const PDF_LIMITS = { pages: 40, characters: 100_000, attachments: 8, attachment: 1_000_000 } as const
