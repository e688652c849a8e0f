// The interface through which single sign-on uses an identity provider.

/** The identity provider does not answer, or its answer is not the metadata of the issuer. */
export class ProviderUnavailableError extends Error {
  override readonly name = "ProviderUnavailableError";
}

export interface Secrets {
  state: string;
  nonce: string;
  /** Proves to the provider that this server has started the sign-in (PKCE). */
  verifier: string;
}

export interface UserClaims {
  issuer: string;
  subject: string;
  claims: Readonly<Record<string, unknown>>;
}

export interface Provider {
  /** Returns the URL at which the user signs in.
   * @throws ProviderUnavailableError */
  urlFor(secrets: Secrets, redirectUri: string): Promise<string>;
  /** Exchanges the code of the provider's answer for the claims of the user, and verifies them: state, nonce, signature, issuer, audience
   * and expiry.
   * @param answer the redirect URI with the parameters that the browser brought
   * @throws ProviderUnavailableError, or an error of openid-client if the answer is not genuine */
  claimsOf(answer: URL, secrets: Secrets): Promise<UserClaims>;
}
