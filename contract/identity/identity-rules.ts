// Roles, scopes and limits of users, passwords, sessions and API keys. Does not import zod, because commands load it too.

/** What a user may do. `admin` includes `editor` and `importer`, each of which includes `viewer`. */
export const ROLES = ["viewer", "editor", "importer", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What an API key may do. A key can never do more than the role of its owner allows at the moment of the request. */
export const KEY_SCOPES = ["read", "edit", "import", "manage"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Scopes that a key of a user with the role may have. */
export const SCOPES_OF_ROLE: Readonly<Record<Role, readonly KeyScope[]>> = {
  viewer: ["read"],
  editor: ["read", "edit"],
  importer: ["read", "import"],
  admin: ["read", "edit", "import", "manage"],
};

/** Roles that each role includes, itself among them. */
const INCLUDED: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ["viewer"],
  editor: ["viewer", "editor"],
  importer: ["viewer", "importer"],
  admin: ROLES,
};

/** Whether the role `role` includes the role `required`. */
export const includesRole = (role: Role, required: Role): boolean => INCLUDED[role].includes(required);

/** Lengths of passwords, in Unicode code points. */
export const MIN_PASSWORD_CHARACTERS = 8;
export const MAX_PASSWORD_CHARACTERS = 128;
/** Lengths of user names and of names of keys, in characters. */
export const MAX_NAME_CHARACTERS = 100;
/** Days after which an API key expires unless its maker chooses another number, and the largest number that can be chosen. */
export const KEY_DAYS = 90;
export const MAX_KEY_DAYS = 365;
/** Minutes after a sign-in during which secrets may be revealed or changed. */
export const RECENT_SIGN_IN_MINUTES = 15;
