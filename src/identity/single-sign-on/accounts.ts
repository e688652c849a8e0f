// Finds or creates the user whom the identity provider has introduced. Issuer and subject identify the user. Name and e-mail address do not:
// a provider may give them to another person later.
import type { Queryable } from "../../db/connection/connect.ts";
import { setRole } from "../users/store.ts";
import { insertAccount, lockAccount, type Account } from "./store.ts";
import type { Role } from "../../../contract/identity/identity-rules.ts";

export interface Introduced {
  issuer: string;
  subject: string;
  /** The name that the provider suggests. */
  name: string;
  /** undefined = no claim of the user maps to a role. */
  role: Role | undefined;
}

export type AccountResult =
  { kind: "found"; account: Account; old_role: Role } | { kind: "created"; account: Account } | Refused;

export interface Refused {
  kind: "refused";
  reason: "disabled" | "without-role";
  /** undefined = the user is unknown. */
  account: Account | undefined;
}

/** Call it in a transaction: it locks the user. Updates the role of a known user. */
export async function findAccount(db: Queryable, introduced: Introduced): Promise<AccountResult> {
  const { issuer, subject, role } = introduced;
  const account = await lockAccount(db, issuer, subject);
  if (account?.is_disabled === true) return { kind: "refused", reason: "disabled", account };
  if (role === undefined) return { kind: "refused", reason: "without-role", account };
  if (account === undefined) return createAccount(db, { ...introduced, role });
  if (account.role !== role) await setRole(db, account.id, role);
  return { kind: "found", account: { ...account, role }, old_role: account.role };
}

/** Number of names to try before giving up: "anna", "anna 2", "anna 3", … */
const MAX_NAMES = 1000;

async function createAccount(db: Queryable, introduced: Introduced & { role: Role }): Promise<AccountResult> {
  const { issuer, subject } = introduced;
  for (let number = 1; number <= MAX_NAMES; number++) {
    const name = number === 1 ? introduced.name : `${introduced.name} ${number}`;
    const isNew = await insertAccount(db, { ...introduced, name });
    const account = await lockAccount(db, issuer, subject);
    if (account === undefined) continue;
    // If the account is not new, another request for the same user created it a moment ago.
    return isNew ? { kind: "created", account } : findAccount(db, introduced);
  }
  throw new Error(`no free name for the user ${introduced.name}`);
}
