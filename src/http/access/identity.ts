// The sender of a request: the user, the credential, and what the user may do.
import type { FastifyRequest } from "fastify";
import type { Credential } from "../../identity/credentials/store.ts";
import type { NewAuditEntry } from "../../identity/audit/audit.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import { mustAddSecondFactor } from "../../identity/second-factor/second-factor-duty.ts";
import { LOCAL_ACTOR } from "../../../contract/actor.ts";
import type { KeyScope, Role } from "../../../contract/identity/identity-rules.ts";
import type { Identity } from "../../../contract/identity/sign-in.ts";

export interface RequestIdentity {
  user_id: number;
  user: string;
  /** The name of the sender that is recorded with every change. */
  actor: string;
  role: Role;
  /** `local`: the key in the file local.key of the data folder. */
  kind: "session" | "key" | "local";
  /** Distinguishes callers: `session 7` or `key 7`. */
  caller: string;
  session_id?: number;
  key_id?: number;
  /** Scopes of the API key; null for a session and the local key. */
  scopes: readonly KeyScope[] | null;
  signed_in_at: string | null;
  has_password: boolean;
  has_second_factor: boolean;
  single_sign_on: boolean;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Undefined only for requests to public routes. */
    identity: RequestIdentity | undefined;
    /** Requests with the same value share a limit: the requests of one session, or the requests of one API key from one address. Several
     * people can use the same address, and several machines the same key. */
    readonly quota_key: string;
    /** Adds an entry to the audit log, with the actor, the address and the id of this request. */
    audit(db: Queryable, entry: Pick<NewAuditEntry, "action" | "subject" | "detail">): Promise<void>;
  }
}

export function identityOf(credential: Credential): RequestIdentity {
  const { user_id, user, role, has_password, has_second_factor, single_sign_on } = credential;
  const owner = { user_id, user, role, has_password, has_second_factor, single_sign_on };
  if (credential.kind === "session") {
    const { id, signed_in_at } = credential;
    return {
      ...owner,
      actor: user,
      kind: "session",
      caller: `session ${id}`,
      session_id: id,
      scopes: null,
      signed_in_at,
    };
  }
  const { id, kind, name, scopes } = credential;
  const key = { ...owner, kind, caller: `key ${id}`, key_id: id, signed_in_at: null };
  return kind === "local"
    ? { ...key, actor: LOCAL_ACTOR, scopes: null }
    : { ...key, actor: `${user} (key ${name})`, scopes };
}

/** Whether the sender must set up an authenticator app before anything else. API keys have no second factor. */
export const mustAddNow = (identity: RequestIdentity, isRequired: boolean): boolean =>
  identity.kind === "session" && mustAddSecondFactor(identity, isRequired);

/** The identity as the API shows it. */
export function describeIdentity(identity: RequestIdentity, isSecondFactorRequired: boolean): Identity {
  const { user, actor, role, kind, scopes, signed_in_at, has_password, has_second_factor, single_sign_on } = identity;
  return {
    user,
    actor,
    role,
    kind,
    scopes: scopes === null ? null : [...scopes],
    signed_in_at,
    has_password,
    has_second_factor,
    must_add_second_factor: mustAddNow(identity, isSecondFactorRequired),
    single_sign_on,
  };
}

/** Returns the sender of a request to a route that is not public. */
export function senderOf({ identity }: FastifyRequest): RequestIdentity {
  if (identity === undefined) throw new Error("the route is public, so its requests have no identity");
  return identity;
}

/** Returns the sender and the id of its session, for a route that only sessions may use. */
export function sessionOf(request: FastifyRequest): { sender: RequestIdentity; session_id: number } {
  const sender = senderOf(request);
  if (sender.session_id === undefined) throw new Error("the route accepts requests without a session");
  return { sender, session_id: sender.session_id };
}
