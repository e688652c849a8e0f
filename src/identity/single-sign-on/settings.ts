// Settings of single sign-on.
import type { Role } from "../../../contract/identity/identity-rules.ts";

export interface SingleSignOnSettings {
  /** URL of the identity provider, exactly as in the provider's metadata. */
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string;
  /** Name of the identity provider on the sign-in page. */
  readonly name: string;
  /** Scopes that Skuport requests, separated by spaces. */
  readonly scope: string;
  /** Claim of the ID token, or of the user info, that determines the role. */
  readonly role_claim: string;
  /** The first pair whose value the claim contains determines the role. */
  readonly roles: readonly RoleOfValue[];
}

export interface RoleOfValue {
  readonly value: string;
  readonly role: Role;
}
