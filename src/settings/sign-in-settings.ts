// Settings of sign-in: single sign-on with OpenID Connect, and whether users can sign in with a password.
import { z } from "zod";
import { isAllowedUrl } from "../identity/single-sign-on/provider/provider-url.ts";
import { parseRoles } from "../identity/single-sign-on/role-map.ts";
import type { SingleSignOnSettings } from "../identity/single-sign-on/settings.ts";
import { yesOrNo, type Setting } from "./setting.ts";
import { ROLES } from "../../contract/identity/identity-rules.ts";

export const SIGN_IN_SETTINGS = {
  SKUPORT_OIDC_ISSUER: {
    about:
      "URL of your identity provider, exactly as its metadata names it: enables single sign-on with OpenID Connect. Register the redirect URI SKUPORT_PUBLIC_URL/api/single-sign-on/callback there.",
    example: "",
    schema: z
      .string()
      .refine(
        isIssuer,
        "write the https URL of the identity provider, without a query, such as https://login.example/realms/shop",
      ),
  },
  SKUPORT_OIDC_CLIENT_ID: {
    about: "Identifier of Skuport at the identity provider.",
    example: "",
    schema: z.string(),
  },
  SKUPORT_OIDC_CLIENT_SECRET: {
    about: "Secret of Skuport at the identity provider. SKUPORT_OIDC_CLIENT_SECRET_FILE names a file that contains it.",
    example: "",
    can_be_file: true,
    schema: z.string(),
    is_secret: true,
  },
  SKUPORT_OIDC_NAME: {
    about: "Name of the identity provider on the sign-in page. Default: the host name of the issuer.",
    example: "",
    schema: z.string().max(60, "write at most 60 characters"),
  },
  SKUPORT_OIDC_SCOPE: {
    about:
      "Scopes that Skuport requests, separated by spaces. Add the scope that your provider needs to send the role claim.",
    example: "openid profile",
    schema: z.string().refine((text) => text.split(/\s+/).includes("openid"), "write scopes that include openid"),
  },
  SKUPORT_OIDC_ROLE_CLAIM: {
    about: "Claim that contains the groups or roles of a user, such as groups, roles, or the path realm_access.roles.",
    example: "",
    schema: z.string(),
  },
  SKUPORT_OIDC_ROLES: {
    about: `Role for each value of the claim, such as shop-admins=admin,shop-staff=editor. The first pair that matches counts; users without a match cannot sign in. Roles: ${ROLES.join(", ")}.`,
    example: "",
    schema: z.string().transform((text, context) => {
      const roles = parseRoles(text);
      if (roles !== undefined) return roles;
      context.addIssue(`write pairs such as shop-admins=admin,shop-staff=editor, with the roles ${ROLES.join(", ")}`);
      return z.NEVER;
    }),
  },
  SKUPORT_PASSWORD_SIGN_IN: {
    about:
      "false = users sign in with single sign-on only. If the identity provider fails, `skuport users rescue` creates a link for an administrator.",
    example: "true",
    schema: yesOrNo,
  },
} as const satisfies Record<string, Setting>;

type Values = { [N in keyof typeof SIGN_IN_SETTINGS]?: z.output<(typeof SIGN_IN_SETTINGS)[N]["schema"]> };

/** Settings that single sign-on needs together. */
const REQUIRED = [
  "SKUPORT_OIDC_ISSUER",
  "SKUPORT_OIDC_CLIENT_ID",
  "SKUPORT_OIDC_CLIENT_SECRET",
  "SKUPORT_OIDC_ROLE_CLAIM",
  "SKUPORT_OIDC_ROLES",
] as const;

/** Returns the faults of settings that need other settings.
 * @param given the texts of all settings */
export function signInFaults(given: Readonly<Record<string, string>>): string[] {
  const used = Object.keys(given).filter((name) => name.startsWith("SKUPORT_OIDC_"));
  const missing = REQUIRED.filter((name) => given[name] === undefined);
  if (used.length > 0 && missing.length > 0)
    return [`${used.join(", ")}: single sign-on also needs ${missing.join(", ")}.`];
  if (
    used.length === 0 &&
    SIGN_IN_SETTINGS.SKUPORT_PASSWORD_SIGN_IN.schema.safeParse(given["SKUPORT_PASSWORD_SIGN_IN"]).data === false
  )
    return [
      "SKUPORT_PASSWORD_SIGN_IN=false: without single sign-on, no one could sign in. Also set SKUPORT_OIDC_ISSUER.",
    ];
  return [];
}

/** @returns undefined if there is no identity provider */
export function singleSignOnOf(values: Values): SingleSignOnSettings | undefined {
  const { SKUPORT_OIDC_ISSUER: issuer, SKUPORT_OIDC_CLIENT_ID: clientId, SKUPORT_OIDC_CLIENT_SECRET: secret } = values;
  const { SKUPORT_OIDC_ROLE_CLAIM: roleClaim, SKUPORT_OIDC_ROLES: roles } = values;
  if (issuer === undefined || clientId === undefined || secret === undefined) return undefined;
  if (roleClaim === undefined || roles === undefined) return undefined;
  return {
    issuer,
    client_id: clientId,
    client_secret: secret,
    name: values.SKUPORT_OIDC_NAME ?? new URL(issuer).hostname,
    scope: values.SKUPORT_OIDC_SCOPE ?? "openid profile",
    role_claim: roleClaim,
    roles,
  };
}

function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  return isAllowedUrl(text) && url?.search === "" && url.hash === "" && url.username === "" && url.password === "";
}
