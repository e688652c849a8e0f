// Determines the role of a user from the claims of the identity provider.
import { ROLES, type Role } from "../../../contract/identity/identity-rules.ts";
import type { RoleOfValue } from "./settings.ts";

type Claims = Readonly<Record<string, unknown>>;

/** Parses pairs such as `sales=viewer,it=admin`. A value may contain `=`, but no comma and no
 * semicolon, which would be a typing error for a comma.
 * @returns undefined if the text is not a list of pairs */
export function parseRoles(text: string): RoleOfValue[] | undefined {
  const pairs = text.split(",").map((pair) => {
    const at = pair.lastIndexOf("=");
    return { value: pair.slice(0, Math.max(at, 0)).trim(), role: pair.slice(at + 1).trim() };
  });
  const isPair = (pair: { value: string; role: string }): pair is { value: string; role: Role } =>
    pair.value !== "" && !pair.value.includes(";") && (ROLES as readonly string[]).includes(pair.role);
  return pairs.every(isPair) ? pairs : undefined;
}

/** Returns the role of the first pair whose value the claim contains; undefined if there is none. */
export function roleOfClaims(claims: Claims, claim: string, roles: readonly RoleOfValue[]): Role | undefined {
  const values = new Set(valuesOf(readClaim(claims, claim)));
  return roles.find(({ value }) => values.has(value))?.role;
}

/** Reads a claim by its name. If there is no claim of this name, the name may be a path: Keycloak sends `realm_access.roles`. */
export function readClaim(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split(".")
    .reduce<unknown>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), claims);
}

/** A claim is a text, a list of texts, or, as Zitadel sends it, an object whose keys are the values. */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === "string") return [claim];
  if (Array.isArray(claim)) return claim.filter((value): value is string => typeof value === "string");
  return isObject(claim) ? Object.keys(claim) : [];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
