// Authorises every request before any other code sees it: finds out who sends it, and whether they may use the route.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type pg from "pg";
import { isTransient } from "../../db/connection/connect.ts";
import type { Listener } from "../../events/listen.ts";
import { IDENTITY_CHANNEL } from "../../events/channels.ts";
import { recordAudit } from "../../identity/audit/audit.ts";
import {
  findKey,
  findSession,
  noteKeyUse,
  noteSessionUse,
  readRoles,
  type Credential,
} from "../../identity/credentials/store.ts";
import { isSignInRecent } from "../../identity/sessions/store.ts";
import { hashToken } from "../../identity/tokens.ts";
import { sessionTokenOf } from "./cookies.ts";
import { createCredentialCache } from "./credential-cache.ts";
import { createDenialLog } from "./denials.ts";
import { isPagePath, isSignInPage, opensTab, signInUrl } from "./documents.ts";
import { identityOf, mustAddNow, type RequestIdentity } from "./identity.ts";
import { refusalOf } from "./permission.ts";
import { declareAccess, type RouteAccess } from "./route-access.ts";
import { createOpenResponses } from "./open-responses.ts";
import { isApiKey } from "../../../contract/identity/key-format.ts";
import { RECENT_SIGN_IN_MINUTES, type Role } from "../../../contract/identity/identity-rules.ts";
import { isOnLoopback } from "../network/check-origin.ts";
import { Problem } from "../../../contract/problems.ts";

export interface AccessContext {
  pool: pg.Pool;
  listener: Listener;
  /** Whether administrators must have a second factor, because other computers can reach the server. */
  requires_second_factor: boolean;
  /** Interval in which the credentials of open responses are checked. Default: 10 seconds. */
  credential_check_ms?: number | undefined;
}

export interface AccessControl {
  /** Forgets cached credentials, and checks open responses. Call it after each change of users, roles, sessions or keys. */
  changed(): void;
}

export function authoriseRequests(app: FastifyInstance, context: AccessContext): AccessControl {
  const { pool, listener, requires_second_factor } = context;
  const cache = createCredentialCache();
  const recordDenial = createDenialLog(pool);
  const open = createOpenResponses(
    (callers) => rolesOf(pool, callers),
    (err) => {
      app.log.warn({ err }, "cannot check the credentials of open responses; retrying");
    },
    context.credential_check_ms,
  );
  const changed = (): void => {
    cache.clear();
    open.checkSoon();
  };
  const unsubscribe = listener.subscribe(IDENTITY_CHANNEL, changed);
  app.addHook("onClose", (_instance, done) => {
    unsubscribe();
    open.stop();
    done();
  });

  declareAccess(app);
  decorate(app);

  const identify = async (request: FastifyRequest): Promise<RequestIdentity | undefined> => {
    const presented = presentedBy(request);
    if (presented === undefined) return undefined;
    const { token } = presented;
    const credential = await cache.get(token, () => readCredential(pool, presented, request.client));
    // The key in the data folder is for programs on this computer. A stolen copy cannot be used from another computer.
    if (credential === undefined || (credential.kind === "local" && !isOnLoopback(request))) return undefined;
    return identityOf(credential);
  };
  const refuse = async (request: FastifyRequest, problem: Problem): Promise<never> => {
    await recordDenial(request, problem);
    throw problem;
  };

  app.addHook("onRequest", async (request, reply) => {
    const access = request.routeOptions.config.access ?? UNKNOWN_ROUTE;
    if (access.role === "public" || isSignInPage(request)) return;
    request.identity = await identify(request);
    if (request.identity === undefined) return demandSignIn(request, reply);
    const problem = isForged(request) ? FORGED() : refusalOf(request.identity, access);
    if (problem !== undefined) return refuse(request, problem);
    if (mustAddNow(request.identity, requires_second_factor) && !isOpenWithoutSecondFactor(request, access))
      return refuse(request, NO_SECOND_FACTOR());
    open.add(request, reply);
  });

  // This hook runs before validation, because validation adds default values to the body. Only a member that the sender has written can
  // require a recent sign-in.
  app.addHook("preValidation", async (request) => {
    const { recent_sign_in: needed } = request.routeOptions.config.access ?? {};
    if (needed === undefined || (needed !== true && !hasMember(request.body, needed))) return;
    const { kind, session_id } = request.identity ?? {};
    if (kind === "local" || (session_id !== undefined && (await isSignInRecent(pool, session_id)))) return;
    return refuse(request, kind === "key" ? NOT_FOR_KEYS() : NOT_RECENT());
  });
  return { changed };
}

/** Requirements of a URL that no route serves: only someone who may read learns that it does not exist. */
const UNKNOWN_ROUTE: RouteAccess = { role: "viewer", scope: "read", is_own_account: false, recent_sign_in: undefined };

function decorate(app: FastifyInstance): void {
  app.decorateRequest("identity", undefined);
  app.decorateRequest("quota_key", {
    getter() {
      const { identity, client } = this;
      return identity?.kind === "session" ? identity.caller : `${identity?.caller ?? ""} ${client}`;
    },
  });
  app.decorateRequest("audit", function audit(this: FastifyRequest, db, entry) {
    return recordAudit(db, { ...entry, actor: this.actor, address: this.client, request_id: this.id });
  });
}

async function rolesOf(pool: pg.Pool, callers: readonly RequestIdentity[]): Promise<Map<string, Role>> {
  const sessionIds = callers.flatMap(({ session_id: id }) => (id === undefined ? [] : [id]));
  const keyIds = callers.flatMap(({ key_id: id }) => (id === undefined ? [] : [id]));
  const found = await readRoles(pool, { session_ids: sessionIds, key_ids: keyIds });
  return new Map(found.map(({ kind, id, role }) => [`${kind} ${id}`, role]));
}

interface Presented {
  kind: "session" | "key";
  token: string;
}

/** Returns the credential of the request. A key is only accepted in the header `Authorization`: URLs end up in logs and histories. If the
 * header is present, the cookie is ignored. */
function presentedBy(request: FastifyRequest): Presented | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
    return isApiKey(token) ? { kind: "key", token } : undefined;
  }
  const token = sessionTokenOf(request);
  return token === undefined ? undefined : { kind: "session", token };
}

async function readCredential(
  pool: pg.Pool,
  { kind, token }: Presented,
  address: string,
): Promise<Credential | undefined> {
  const hash = hashToken(token);
  if (kind === "session") {
    const session = await findSession(pool, hash);
    if (session !== undefined) await noteSessionUse(pool, session.id, address).catch(ignoreTransient);
    return session;
  }
  const key = await findKey(pool, hash);
  if (key !== undefined) await noteKeyUse(pool, key.id).catch(ignoreTransient);
  return key;
}

/** A request must not fail because its time cannot be recorded, such as while the database is read-only. */
function ignoreTransient(error: unknown): void {
  if (!isTransient(error)) throw error;
}

async function demandSignIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  void reply.header("cache-control", "no-store");
  if (opensTab(request)) return reply.redirect(signInUrl(request.url));
  void reply.header("www-authenticate", "Bearer");
  throw new Problem(
    "sign-in-required",
    "This request has no valid session and no valid API key. Sign in, or send a key in the header Authorization.",
  );
}

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a page of another site may have sent the request with the cookie of the browser. Browsers send `Origin` or `Sec-Fetch-Site`
 * with every request that can change something, and check-origin.ts has compared them. Without both, nothing shows where the request
 * comes from. */
function isForged({ identity, method, headers }: FastifyRequest): boolean {
  if (identity?.kind !== "session" || SAFE_METHODS.has(method)) return false;
  return headers.origin === undefined && headers["sec-fetch-site"] === undefined;
}

/** Whether an administrator without a second factor may use the route. The administrator can set one up, sign out, and open the page, which
 * is not a route of the server. Headers and the spelling of the URL must not decide this, because the client chooses them. */
const isOpenWithoutSecondFactor = (request: FastifyRequest, { is_own_account }: RouteAccess): boolean =>
  is_own_account ||
  (request.is404 && isPagePath(request)) ||
  (request.routeOptions.url === "/api/session" && request.method === "GET");

const hasMember = (body: unknown, names: readonly string[]): boolean =>
  typeof body === "object" && body !== null && names.some((name) => Object.hasOwn(body, name));

const FORGED = (): Problem =>
  new Problem(
    "forbidden-host",
    "The request has a session cookie, but neither Origin nor Sec-Fetch-Site. Programs use an API key instead of a cookie.",
  );
const NO_SECOND_FACTOR = (): Problem =>
  new Problem("second-factor-required", "Administrators need an authenticator app. Set it up in your profile.");
const NOT_FOR_KEYS = (): Problem => new Problem("not-permitted", "API keys cannot do this. Sign in with a browser.");
const NOT_RECENT = (): Problem =>
  new Problem(
    "recent-sign-in-required",
    `This needs a sign-in within the last ${RECENT_SIGN_IN_MINUTES} minutes. Confirm your sign-in, then repeat the request.`,
  );
