import type { ReadModel } from '../../projections/read-model.ts'
import { currentIssuer } from '../../queries/accreditation.ts'
import { listDocuments } from '../../queries/documents.ts'
import type { Speech } from '../pages/speech.ts'

const MOST = 100

type Choice = readonly (readonly [value: string, label: string])[]

/** What the form of an award offers: the kinds that the issuer was accredited for, organisations and sessions. */
export function choicesOf(
  model: ReadModel,
  speech: Speech,
  issuerId: string,
): { readonly kinds: Choice; readonly organizations: Choice; readonly sessions: Choice } {
  const issuer = currentIssuer(model, issuerId)
  const kinds = issuer.status === 'registered' ? issuer.accreditations.flatMap((one) => one.kinds) : []
  const { documents: organizations } = listDocuments(model, 'organization', { limit: MOST })
  const { documents: sessions } = listDocuments(model, 'session', { limit: MOST })
  return {
    kinds: [...new Set(kinds)].map((kind) => [kind, speech.words.kinds[kind] ?? kind] as const),
    organizations: organizations.map(({ id, state }) => [id, nameIn(state, speech) ?? id] as const),
    sessions: sessions.map(({ id }) => [id, id] as const),
  }
}

function nameIn(state: Readonly<Record<string, unknown>>, { language }: Speech): string | undefined {
  const { names } = state as { names?: readonly { readonly name: Readonly<Record<string, string>> }[] }
  const name = names?.at(-1)?.name ?? {}
  return name[language] ?? Object.values(name)[0]
}
