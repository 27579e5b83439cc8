import type { FastifyPluginAsync } from 'fastify'
import type { RegisteredOrganization } from '../../../domain/organization.ts'
import { documentState, listDocuments } from '../../../queries/documents.ts'
import type { Registry } from '../../../registry.ts'
import { encodeCursor } from '../../cursor.ts'
import { html, type Html } from '../../pages/html.ts'
import { link, more } from '../../pages/parts.ts'
import { organizationName } from '../awards/choices.ts'
import {
  creationRoutes,
  type Deed,
  deedForm,
  deedForms,
  deedRoutes,
  type ListAsked,
  type TriedDeed,
} from '../deeds.ts'
import { deskHead } from '../sign-in.ts'
import { textFields } from '../text-fields.ts'
import { filled, textField, texts, textsIfAny } from '../typed.ts'
import type { DeskHouse, Visit } from '../visit.ts'
import { ORGANIZATION_WORDS } from './words.ts'

const MOST = 100

/** Organisations, which every issuer may register: whoever receives an award has to be one, or a person. */
export const organizationDesk: FastifyPluginAsync<{ house: DeskHouse }> = async (app, { house }) => {
  const { registry } = house

  creationRoutes(app, house, {
    base: '/organizations',
    deed: registering,
    page: (visit, asked) => listPage(registry, visit, asked),
  })

  deedRoutes<RegisteredOrganization>(app, house, {
    base: '/organizations',
    find: (id) => documentState(registry.readModel, 'organization', id) as RegisteredOrganization | undefined,
    deeds: organizationDeeds,
    page: organizationPage,
  })
}

function listPage({ readModel }: Registry, visit: Visit, { after, tried }: ListAsked): Html {
  const { here, speech, words } = visit
  const own = ORGANIZATION_WORDS[speech.language]
  const { documents, next } = listDocuments(readModel, 'organization', { limit: MOST, after })
  const list =
    documents.length === 0
      ? html`<p class="soft">${own.none}</p>`
      : html`<ul class="list">${documents.map(
          ({ id, state }) =>
            html`<li>${link(speech, `/desk/organizations/${id}`, organizationName(state, speech) ?? id)}<br><small>${id}</small></li>`,
        )}</ul>${more(speech, '/desk/organizations', { cursor: next && encodeCursor(next) })}`
  return html`${deskHead(speech, here)}<h2>${words.organizations}</h2><details${tried && html` open`}><summary>${own.register}</summary><p>${own.hint} ${link(speech, '/search', own.search)}</p>${deedForm(visit, '/desk/organizations', registering(visit), tried)}</details><section>${list}</section>`
}

function registering({ speech, words }: Visit): Deed<undefined> {
  const own = ORGANIZATION_WORDS[speech.language]
  return {
    path: '',
    command: 'organization.register',
    label: own.register,
    fields: [
      { name: 'id', label: own.id, required: true },
      ...textFields(words, 'name', own.name),
      { name: 'country', label: own.country },
      ...textFields(words, 'alias', own.alias),
    ],
    input: (typed) => {
      const { id, country } = filled(typed)
      const alias = textsIfAny(typed, 'alias')
      return {
        id,
        name: texts(typed, 'name'),
        ...(country !== undefined && { country }),
        ...(alias && { aliases: [alias] }),
      }
    },
    fieldOf: (pointer) => {
      const [, first = '', second, third] = pointer.split('/')
      if (first === 'name') return textField('name', second)
      return first === 'aliases' ? textField('alias', third) : first
    },
  }
}

function organizationDeeds({ speech, words }: Visit): readonly Deed<RegisteredOrganization>[] {
  const own = ORGANIZATION_WORDS[speech.language]
  const reason = { name: 'reason', label: words.reason }
  return [
    {
      path: 'aliases',
      command: 'organization.add-alias',
      label: own.addAlias,
      fields: textFields(words, 'alias', own.alias),
      input: (typed) => ({ alias: texts(typed, 'alias') }),
      fieldOf: (pointer) => textField('alias', pointer.split('/')[2]),
    },
    {
      path: 'renamings',
      command: 'organization.rename',
      label: own.rename,
      fields: [
        ...textFields(words, 'name', own.newName),
        { name: 'from', label: own.from, type: 'date', required: true },
        reason,
      ],
      input: (typed) => {
        const { from, reason: why } = filled(typed)
        return { name: texts(typed, 'name'), from, ...(why !== undefined && { reason: why }) }
      },
      fieldOf: nameField,
    },
    {
      path: 'name-corrections',
      command: 'organization.correct-name',
      label: own.correctName,
      fields: [...textFields(words, 'name', own.rightName), { ...reason, required: true }],
      input: (typed) => ({ after: texts(typed, 'name'), reason: filled(typed)['reason'] }),
      fieldOf: nameField,
    },
  ]
}

const nameField = (pointer: string): string => {
  const [, first = '', second] = pointer.split('/')
  return first === 'name' || first === 'after' ? textField('name', second) : first
}

function organizationPage(
  visit: Visit,
  organization: RegisteredOrganization,
  id: string,
  tried?: TriedDeed,
  isDone?: boolean,
): Html {
  const { here, speech, words } = visit
  return html`${deskHead(speech, here)}${isDone && html`<p class="note good" role="status">${words.recorded}</p>`}<h2>${organizationName(organization, speech) ?? id}</h2><p>${link(speech, `/organizations/${id}`, words.publicPage)} · ${link(speech, '/desk/organizations', words.organizations)}</p><section>${deedForms(visit, `/desk/organizations/${id}`, organizationDeeds(visit), tried)}</section>`
}
