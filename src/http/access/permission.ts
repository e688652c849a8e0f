// Decides whether a sender may use a route.
import type { RequestIdentity } from "./identity.ts";
import type { RouteAccess } from "./route-access.ts";
import { includesRole, SCOPES_OF_ROLE, type KeyScope } from "../../../contract/identity/identity-rules.ts";
import { Problem } from "../../../contract/problems.ts";

/** Returns the problem if the sender may not use the route. */
export function refusalOf(identity: RequestIdentity, access: RouteAccess): Problem | undefined {
  const { role, scope, is_own_account } = access;
  if (role === "public") return undefined;
  if (!includesRole(identity.role, role))
    return new Problem(
      "not-permitted",
      `This needs the role "${role}", but the role of ${identity.user} is "${identity.role}". Ask an administrator.`,
    );
  if (scope === "key" && identity.kind !== "key")
    return new Problem(
      "not-permitted",
      "This needs a request with an API key, but the request has none. Send the request with the key.",
    );
  if (identity.kind === "session") return undefined;
  if (identity.kind === "local")
    return is_own_account
      ? new Problem("not-permitted", "This needs a session, but the request has the key of the data folder. Sign in.")
      : undefined;
  return refusalOfKey(identity, scope);
}

function refusalOfKey({ role, scopes, actor }: RequestIdentity, scope: RouteAccess["scope"]): Problem | undefined {
  if (scope === "session" || scope === "none")
    return new Problem("not-permitted", "API keys cannot do this. Sign in with a browser.");
  if (scope === "key") return undefined;
  if (scopes?.includes(scope) !== true)
    return new Problem("not-permitted", `This needs the scope "${scope}", which ${actor} does not have.`);
  // The role of the owner may have changed since the key was created.
  if (!isScopeOf(role, scope))
    return new Problem("not-permitted", `The role "${role}" of the owner of this key does not include "${scope}".`);
  return undefined;
}

const isScopeOf = (role: RequestIdentity["role"], scope: KeyScope): boolean => SCOPES_OF_ROLE[role].includes(scope);
