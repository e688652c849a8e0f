// A sign-in at the identity provider, from the redirect until the browser comes back.
import { createHash, timingSafeEqual } from "node:crypto";
import type pg from "pg";
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import type { Log } from "../../jobs/log.ts";
import type { Keyring } from "../../secrets/keyring.ts";
import { seal, unseal } from "../../secrets/seal.ts";
import { recordAudit, type NewAuditEntry } from "../audit/audit.ts";
import { revokeKeys } from "../keys/store.ts";
import { notifyIdentityChange } from "../notify.ts";
import { startSession, type SignInClient } from "../sessions/start-session.ts";
import { endSessions } from "../sessions/store.ts";
import { hashToken, newToken } from "../tokens.ts";
import { findAccount, type AccountResult, type Refused } from "./accounts.ts";
import { describeFailure } from "./provider/describe-failure.ts";
import { safePath } from "./next-path.ts";
import { ProviderUnavailableError, type Provider, type UserClaims } from "./provider/provider-contract.ts";
import { roleOfClaims } from "./role-map.ts";
import type { SingleSignOnSettings } from "./settings.ts";
import { insertSignOn, takeSignOn } from "./store.ts";
import { suggestedName } from "./user-name.ts";
import type { ProblemSlug } from "../../../contract/problems.ts";

export interface SignOnContext {
  pool: pg.Pool;
  log: Log;
  loadKeys: () => Promise<Keyring>;
  settings: SingleSignOnSettings;
  provider: Provider;
}

/** Time for the user to sign in at the provider. */
export const SIGN_ON_MINUTES = 10;

/** Where the browser is sent next. `token` is the value of the cookie that binds the sign-in to this browser. */
export interface Started {
  url: string;
  token: string;
}

/** @throws ProviderUnavailableError */
export async function startSignOn(
  { pool, loadKeys, provider }: SignOnContext,
  { redirect_uri, next }: { redirect_uri: string; next: string | undefined },
): Promise<Started> {
  const token = newToken();
  const secrets = { state: stateOf(token), nonce: newToken(), verifier: newToken() };
  const url = await provider.urlFor(secrets, redirect_uri);
  const sealedVerifier = seal(await loadKeys(), VERIFIER_AAD, secrets.verifier);
  await insertSignOn(
    pool,
    { state_hash: hashToken(token), sealed_verifier: sealedVerifier, nonce: secrets.nonce, next_path: safePath(next) },
    SIGN_ON_MINUTES,
  );
  return { url, token };
}

/** The parameter `state`. It is not the value of the cookie, because URLs end up in histories and logs. */
const stateOf = (token: string): string =>
  createHash("sha256").update("skuport single sign-on state ").update(token).digest("base64url");

const VERIFIER_AAD = "single sign-on verifier";

export interface Returned {
  /** The redirect URI with the parameters that the browser brought. */
  answer: URL;
  /** Value of the cookie that the start has set. */
  token: string | undefined;
  client: SignInClient;
}

/** `next` is the path of the page to open. */
export type Finished =
  { kind: "signed-in"; session_token: string; next: string } | { kind: "refused"; problem: ProblemSlug; next: string };

/** Finishes a sign-in, and starts a session. */
export async function finishSignOn(context: SignOnContext, returned: Returned): Promise<Finished> {
  const { token, answer } = returned;
  if (token === undefined || !isEqual(answer.searchParams.get("state") ?? "", stateOf(token)))
    return { kind: "refused", problem: "single-sign-on-expired", next: "/" };
  const started = await takeSignOn(context.pool, hashToken(token));
  if (started === undefined) return { kind: "refused", problem: "single-sign-on-expired", next: "/" };
  const { nonce, next_path: next, sealed_verifier } = started;
  let user: UserClaims;
  try {
    const verifier = unseal(await context.loadKeys(), VERIFIER_AAD, sealed_verifier);
    user = await context.provider.claimsOf(answer, { state: stateOf(token), nonce, verifier });
  } catch (error) {
    const problem = error instanceof ProviderUnavailableError ? "single-sign-on-unavailable" : "single-sign-on-failed";
    const reason = describeFailure(error);
    context.log.warn({ reason }, "a single sign-on failed");
    await recordAudit(context.pool, {
      ...entryOf(returned),
      action: "sign-in-failed",
      detail: { by: METHOD, reason: "provider", report: reason },
    });
    return { kind: "refused", problem, next };
  }
  return enter(context, user, returned, next);
}

const METHOD = "single-sign-on";
const ACTOR = "single sign-on";

const entryOf = ({ client }: Returned): Pick<NewAuditEntry, "actor" | "address" | "request_id"> => ({
  actor: ACTOR,
  address: client.address,
  request_id: client.request_id,
});

async function enter(
  { pool, settings }: SignOnContext,
  { issuer, subject, claims }: UserClaims,
  returned: Returned,
  next: string,
): Promise<Finished> {
  const role = roleOfClaims(claims, settings.role_claim, settings.roles);
  const name = suggestedName(claims);
  return withTransaction(pool, async (db) => {
    const found = await findAccount(db, { issuer, subject, name, role });
    const entry = { ...entryOf(returned), subject: `user ${found.account?.name ?? name}` };
    if (found.kind === "refused") {
      await recordAudit(db, {
        ...entry,
        action: "sign-in-failed",
        detail: { by: METHOD, reason: found.reason, subject },
      });
      if (found.account !== undefined) {
        const revoked = await revokeKeys(db, found.account.id);
        if (revoked > 0)
          await recordAudit(db, { ...entry, action: "key-revoked", detail: { by: METHOD, revoked: String(revoked) } });
        await endAll(db, found.account.id);
      }
      return { kind: "refused", problem: REFUSALS[found.reason], next };
    }
    const { id, name: actor } = found.account;
    const changed = changeOf(found);
    if (changed !== undefined) {
      await recordAudit(db, { ...entry, ...changed });
      await endAll(db, id);
    }
    const sessionToken = await startSession(db, id, returned.client);
    await recordAudit(db, { ...entryOf(returned), actor, action: "signed-in", detail: { by: METHOD } });
    return { kind: "signed-in", session_token: sessionToken, next };
  });
}

/** Ends the sessions of a user whose role has changed, or who has lost all roles at the provider. */
async function endAll(db: Queryable, userId: number): Promise<void> {
  await endSessions(db, userId);
  await notifyIdentityChange(db);
}

const REFUSALS = { disabled: "user-disabled", "without-role": "no-role" } as const;

/** Returns the entry of the audit log if the sign-in has created the user or changed the role. */
function changeOf(found: Exclude<AccountResult, Refused>): Pick<NewAuditEntry, "action" | "detail"> | undefined {
  const { role } = found.account;
  if (found.kind === "created") return { action: "user-created", detail: { role, by: METHOD } };
  if (found.old_role === role) return undefined;
  return { action: "role-changed", detail: { from: found.old_role, to: role, by: METHOD } };
}

function isEqual(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
