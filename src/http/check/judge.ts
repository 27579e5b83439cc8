import type { CredentialDifference } from '../../credentials/differences.ts'
import { presentedIn } from '../../credentials/present.ts'
import type { Assessment } from '../../credentials/steps.ts'
import { assess, type Presented } from '../../credentials/verdict.ts'
import type { JsonDocument } from '../../credentials/cryptosuites.ts'
import { credentialOfJwt } from '../../credentials/presented.ts'
import { type CheckHouse, differencesOf, meansOf } from './house.ts'
import { judgePaper, type PaperJudgement } from './paper.ts'

/** A credential, JWT or evidence file: the judgement, and what it says otherwise than the register. */
export type FileJudgement = {
  readonly kind: Exclude<Presented['kind'], 'id'>
  readonly assessment: Assessment
  readonly differences: readonly CredentialDifference[]
}

/** What became of a file: judged as a paper or as proof; or a picture, or nothing that is known here. */
export type Checked =
  | { readonly kind: 'paper'; readonly paper: PaperJudgement }
  | { readonly kind: 'file'; readonly file: FileJudgement }
  | { readonly kind: 'picture' | 'nothing' }

/** Judges a file that somebody presents, whatever is in it. Never rejects for what is in it. */
export async function judgeFile(house: CheckHouse, bytes: Buffer): Promise<Checked> {
  // A reader of PDFs looks for the mark within the first kilobyte (ISO 32000-1, annex H, note 13).
  if (bytes.subarray(0, 1024).includes('%PDF-'))
    return { kind: 'paper', paper: await judgePaper(house, bytes) }
  if (isPicture(bytes)) return { kind: 'picture' }
  const presented = presentedIn(bytes.toString('utf8'))
  if (!presented || presented.kind === 'id') return { kind: 'nothing' }
  return {
    kind: 'file',
    file: {
      kind: presented.kind,
      assessment: await assess(presented, meansOf(house)),
      differences: differencesOf(house, credentialIn(presented)),
    },
  }
}

function credentialIn(presented: Presented): JsonDocument | undefined {
  switch (presented.kind) {
    case 'id':
      return undefined
    case 'jwt':
      return credentialOfJwt(presented.jwt)
    case 'credential':
      return presented.credential
    case 'evidence':
      return presented.evidence.credential
  }
}

const isPicture = (bytes: Buffer) =>
  bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47])) ||
  bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) ||
  bytes.subarray(8, 12).toString('latin1') === 'WEBP'
