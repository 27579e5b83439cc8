import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client'
import type { Begun } from './begun.ts'
import { languageIn } from './begun.ts'
import { notSignedIn } from './provider-faults.ts'

/** Where people sign in, and as whom the registry is known there. */
export type ProviderSettings = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The claim of the ID token that names access keys. */
  readonly keyClaim: string
}

const REQUEST_SECONDS = 5
/** What the provider says of itself is asked for again after this long: so it is seen, too, that it has gone away. */
const KNOWN_MS = 60_000

/**
 * An OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE), asked for its metadata at first use, so
 * that a registry starts and serves while it is away. Nothing that it says of a person leaves this class but the IDs of
 * access keys. Every method throws `NotSignedIn`, within seconds.
 */
export class Provider {
  /** How people know it: the host of its address. */
  readonly host: string
  readonly keyClaim: string
  readonly #settings: ProviderSettings
  readonly #callback: string
  #discovered: { readonly configuration: Promise<Configuration>; readonly at: number } | undefined

  constructor(settings: ProviderSettings, publicUrl: string) {
    this.#settings = settings
    this.#callback = `${publicUrl}/desk/oidc/callback`
    this.host = new URL(settings.issuer).host
    this.keyClaim = settings.keyClaim
  }

  /** Where to send the browser that begins to sign in. */
  async addressFor({ state, nonce, verifier }: Begun): Promise<string> {
    const configuration = await this.#configuration()
    const parameters = {
      redirect_uri: this.#callback,
      scope: 'openid',
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ui_locales: languageIn(state),
    }
    return buildAuthorizationUrl(configuration, parameters).href
  }

  /**
   * Redeems the code that the browser came back with, and answers the IDs of access keys in the ID token. State, issuer
   * (RFC 9207), nonce, audience, times and signature are checked.
   */
  async keysIn(query: string, { state, nonce, verifier }: Begun): Promise<readonly string[]> {
    const configuration = await this.#configuration()
    // Not the address that the request names: whoever sends a request may write any host into it.
    const url = new URL(`${this.#callback}?${query}`)
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier }
    try {
      const tokens = await authorizationCodeGrant(configuration, url, checks)
      const claim = tokens.claims()?.[this.keyClaim]
      const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
      return [...new Set(named.filter((value) => typeof value === 'string'))]
    } catch (error) {
      throw notSignedIn(error)
    }
  }

  /** Where a person signs out of the provider too; `undefined` where it announces no such address. */
  async signOutAddress(): Promise<string | undefined> {
    const configuration = await this.#configuration()
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined
    return buildEndSessionUrl(configuration).href
  }

  async #configuration(): Promise<Configuration> {
    const now = performance.now()
    if (this.#discovered === undefined || now - this.#discovered.at > KNOWN_MS)
      this.#discovered = { configuration: this.#discover(), at: now }
    const { configuration } = this.#discovered
    try {
      return await configuration
    } catch (error) {
      // The next who signs in asks again.
      if (this.#discovered?.configuration === configuration) this.#discovered = undefined
      throw notSignedIn(error)
    }
  }

  async #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings
    const url = new URL(issuer)
    const execute = [enableNonRepudiationChecks]
    if (url.protocol === 'http:') execute.push(allowInsecureRequests)
    const options = { timeout: REQUEST_SECONDS, execute }
    return discovery(
      url,
      clientId,
      undefined,
      (server, ...rest) => {
        // Where a provider announces nothing, basic is what it takes (OpenID Connect Discovery 1.0, 3).
        const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
        const way = methods.includes('client_secret_basic') ? ClientSecretBasic : ClientSecretPost
        way(clientSecret)(server, ...rest)
      },
      options,
    )
  }
}
