import type { CredentialDifference } from '../../credentials/differences.ts'
import type { JsonDocument } from '../../credentials/cryptosuites.ts'
import { parsePlainJson } from '../../credentials/plain-json.ts'
import { readCredential } from '../../credentials/presented.ts'
import type { Assessment } from '../../credentials/steps.ts'
import { assess } from '../../credentials/verdict.ts'
import { comparePaper, type PaperComparison, samePaper, textOfPaper } from '../../documents/compare-paper.ts'
import { paperVersions } from '../../documents/paper-of.ts'
import type { Paper, PaperLanguage } from '../../documents/paper.ts'
import type { PdfProblem, PdfText } from '../../documents/pdf-text.ts'
import { type CertificateId, readCertificateId } from '../../domain/certificate-id.ts'
import { recordedOf } from '../../signing/recorded.ts'
import { type CheckHouse, differencesOf, meansOf } from './house.ts'

/**
 * What a paper is, apart from what its certificate is worth.
 * `exact`: byte for byte what the registry hands out. `earlier`: what it handed out before the certificate changed.
 * `same-text`, `earlier-text`: the same can be read, but it is another file. `not-compared`: the same but for a name that
 * the register shows no longer. `differs`: laid out as ours, and something
 * else can be read. `other`: another kind of document that names the certificate. `no-text`: nothing can be read, as in
 * a scan. `no-id`: no certificate is named. `unknown`: one that the registry does not hold.
 */
export type PaperOutcome =
  | 'exact'
  | 'earlier'
  | 'same-text'
  | 'not-compared'
  | 'earlier-text'
  | 'differs'
  | 'other'
  | 'no-text'
  | 'no-id'
  | 'unknown'
  | PdfProblem

export type PaperJudgement = {
  readonly outcome: PaperOutcome
  readonly id?: CertificateId
  /** Of the certificate that it names, by the credential in it where there is one. */
  readonly assessment?: Assessment
  readonly differences: PaperComparison['differences']
  /** The days on which what it says was changed in the register since. */
  readonly changedOn: readonly string[]
  /** The credential in it, where there is one. */
  readonly credential?: {
    readonly id: CertificateId
    readonly differences: readonly CredentialDifference[]
  }
}

const NOTHING = { differences: [], changedOn: [] } as const
/** Versions that a paper is drawn as, for comparing bytes: more than one only where several were recorded within a second. */
const MOST_DRAWN = 3
/** Earlier versions that a paper's text is compared with. */
const MOST_COMPARED = 10

/** Judges a PDF: finds the certificate that it names, and compares it with what the registry would hand out. */
export async function judgePaper(house: CheckHouse, bytes: Buffer): Promise<PaperJudgement> {
  const reading = await house.reader.read(bytes)
  if (!reading.ok) return { outcome: reading.problem, ...NOTHING }
  const { text } = reading
  const attached = attachedIn(text)
  const id = certificateNamed(text, attached?.id)
  const isBlank = text.pages.every((page) => page.trim() === '')
  if (id === undefined) return { outcome: isBlank ? 'no-text' : 'no-id', ...NOTHING }
  const versions = paperVersions(house.model, id, house)
  const about = {
    id,
    assessment: await assess(
      attached?.id === id ? { kind: 'credential', credential: attached.document } : { kind: 'id', id },
      meansOf(house),
    ),
    ...(attached && {
      credential: { id: attached.id, differences: differencesOf(house, attached.document) },
    }),
  }
  const current = versions.at(-1)
  if (!current) return { outcome: 'unknown', ...NOTHING, ...about }
  const drawn = await drawnAs(house, versions, { bytes, text, attached })
  if (drawn) return { ...about, ...exactly(drawn, versions, current) }
  if (text.unread) return { outcome: text.unread, ...NOTHING }
  return { ...about, ...(isBlank ? { outcome: 'no-text', ...NOTHING } : byText(text, versions, current)) }
}

type Attached = { readonly id: CertificateId; readonly document: JsonDocument; readonly text: string }

function attachedIn({ attachments }: PdfText): Attached | undefined {
  for (const text of attachments) {
    try {
      const document = parsePlainJson(text) as JsonDocument
      const read = readCredential(document)
      if (read) return { id: read.certificateId, document, text }
    } catch {
      // Some other file, or one that says two things.
    }
  }
  return undefined
}

/** At every place where a word begins: what stands before an ID must not hide it. */
const LIKE_AN_ID =
  /(?<![0-9A-Za-z])(?=(?<typed>[0-9A-Za-z]{4}(?:[\s\-‐-―−]?[0-9A-Za-z]{4}){3}[\s\-‐-―−]?[0-9A-Za-z])(?![0-9A-Za-z]))/gu

/** The certificate that the paper itself names; where it names several, the one of its credential, else the last. */
function certificateNamed(
  { pages }: PdfText,
  attached: CertificateId | undefined,
): CertificateId | undefined {
  const named = [...pages.join('\n').matchAll(LIKE_AN_ID)].flatMap(({ groups }) => {
    const reading = readCertificateId(groups?.['typed'] ?? '')
    return reading.ok ? [reading.id] : []
  })
  if (named.length === 0 || (attached !== undefined && named.includes(attached)))
    return attached ?? named.at(-1)
  return named.at(-1)
}

type Presented = {
  readonly bytes: Buffer
  readonly text: PdfText
  readonly attached: Attached | undefined
}

/**
 * The version that the registry would draw to these very bytes. The credential in it goes in as it is, for it may be
 * signed with a key of old; it must be genuine for that version.
 */
async function drawnAs(
  house: CheckHouse,
  versions: readonly Paper[],
  { bytes, text, attached }: Presented,
): Promise<Paper | undefined> {
  const language = LANGUAGES.find((one) => one === text.language)
  const dated = versions.filter(({ recordedAt }) => text.created === pdfDate(recordedAt)).slice(-MOST_DRAWN)
  for (const version of dated.toReversed()) {
    const drawn = await house.press
      .print({ ...version, language, credential: attached?.text })
      .catch(() => undefined)
    if (drawn?.equals(bytes) && (await isGenuine(house, version, attached))) return version
  }
  return undefined
}

const LANGUAGES: readonly PaperLanguage[] = ['ky', 'ru', 'en']
const pdfDate = (recordedAt: string) =>
  `D:${new Date(recordedAt).toISOString().slice(0, 19).replace(/\D/g, '')}Z`

async function isGenuine(
  { model, now }: CheckHouse,
  { id, recordedAt }: Paper,
  attached: Attached | undefined,
): Promise<boolean> {
  if (!attached) return true
  // As the registry writes it: no member that stands in it twice, and says two things to two readers.
  if (JSON.stringify(attached.document) !== attached.text) return false
  const { steps } = await assess(
    { kind: 'credential', credential: attached.document },
    { now: now(), register: (one) => (one === id ? recordedOf(model, id, now(), recordedAt) : undefined) },
  )
  return (['signature', 'issuer-key', 'register'] as const).every((wanted) =>
    steps.some(({ step, result }) => step === wanted && result === 'yes'),
  )
}

type Compared = Pick<PaperJudgement, 'outcome' | 'differences' | 'changedOn'>

function exactly(drawn: Paper, versions: readonly Paper[], current: Paper): Compared {
  if (samePaper(drawn, current)) return { outcome: 'exact', ...NOTHING }
  const { differences } = comparePaper(current, [textOfPaper(drawn)])
  return { outcome: 'earlier', differences, changedOn: changesSince(drawn, versions) }
}

function byText(text: PdfText, versions: readonly Paper[], current: Paper): Compared {
  const { differences, ours, language } = comparePaper(current, text.pages)
  const isSame = differences.every(({ hidden }) => hidden)
  const compared = differences.length === 0 ? 'same-text' : 'not-compared'
  if (isSame) return { outcome: compared, differences, changedOn: [] }
  if (!ours) return { outcome: 'other', differences, changedOn: [] }
  const earlier = versions
    .filter((version) => !samePaper(version, current))
    .slice(-MOST_COMPARED)
    .findLast((version) =>
      comparePaper(version, text.pages, [language]).differences.every(({ hidden }) => hidden),
    )
  if (!earlier) return { outcome: 'differs', differences, changedOn: [] }
  return { outcome: 'earlier-text', differences, changedOn: changesSince(earlier, versions) }
}

/** The days after a version on which what the paper says was changed. */
function changesSince(version: Paper, versions: readonly Paper[]): readonly string[] {
  const later = versions.slice(versions.indexOf(version))
  const changed = later.filter((one, at) => at > 0 && !samePaper(one, later[at - 1] ?? one))
  return [...new Set(changed.map(({ recordedAt }) => recordedAt.slice(0, 10)))]
}
