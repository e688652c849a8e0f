// Decides which users must have a second factor.
import type { Role } from "../../../contract/identity/identity-rules.ts";

interface PossibleUser {
  role: Role;
  has_password: boolean;
  has_second_factor: boolean;
  single_sign_on: boolean;
}

/** Whether the user can do nothing else until an authenticator app is set up. If other computers can reach the server, administrators need
 * a second factor. Users who can sign in at the identity provider only are exempt, because the provider can ask for a second factor.
 * @param required whether other computers can reach the server */
export function mustAddSecondFactor(user: PossibleUser, required: boolean): boolean {
  if (!required || user.role !== "admin" || user.has_second_factor) return false;
  return user.has_password || !user.single_sign_on;
}
