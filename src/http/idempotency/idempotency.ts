// Implements Idempotency-Key for every POST (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/): a repeated
// request gets the first response and is not executed again.
//
// If a process dies during a request, the request's lease expires, and a repeated request is executed. If the first request was
// committed, the response to the repeated request shows this: the SKU is already taken, or the import of the file changes nothing.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type pg from "pg";
import { retryTransient } from "../../db/connection/connect.ts";
import { senderOf, type RequestIdentity } from "../access/identity.ts";
import { fingerprintOf, type Fingerprint } from "./fingerprint.ts";
import {
  claimKey,
  storeResponse,
  LEASE_RENEWAL_MS,
  releaseKey,
  renewLeases,
  type StoredResponse,
  type KeyedRequest,
  type EarlierRequest,
} from "./store.ts";
import { Problem } from "../../../contract/problems.ts";

/** How long the server retries to store a response while the database is unreachable. */
const STORE_AGAIN_MS = 300_000;

interface Keyed {
  fingerprint: Fingerprint;
  /** Present once this process has claimed the key of the request. */
  claim?: KeyedRequest;
}

export function useIdempotency(app: FastifyInstance, pool: pg.Pool): void {
  const keyed = new WeakMap<FastifyRequest, Keyed>();
  const running = new Set<string>();

  app.addHook("preParsing", (request, _reply, payload, done) => {
    if (!isKeyed(request)) {
      done(null, payload);
      return;
    }
    const fingerprint = fingerprintOf(request.headers, payload);
    keyed.set(request, { fingerprint });
    done(null, fingerprint.body as typeof payload);
  });

  app.addHook("preHandler", async (request, reply) => {
    const entry = keyed.get(request);
    if (entry === undefined) return;
    const claim = await claimOf(request, entry.fingerprint);
    const found = await claimKey(pool, claim);
    if (found !== "ours") return replay(request, reply, found, entry.fingerprint);
    entry.claim = claim;
    running.add(claim.token);
  });

  app.addHook("onSend", async (request, reply, payload) => {
    const { claim, fingerprint } = keyed.get(request) ?? {};
    if (claim === undefined || fingerprint === undefined) return payload;
    keyed.delete(request);
    const response = responseOf(reply, payload);
    const store = async (): Promise<void> => {
      if (response === undefined) await releaseKey(pool, claim);
      else await storeResponse(pool, { ...claim, fingerprint: await fingerprint.digest() }, response);
    };
    try {
      await store();
      running.delete(claim.token);
    } catch (error) {
      request.log.warn({ err: error }, "cannot store the response of an idempotent request; retrying");
      // During the retries, the server renews the lease, so that a repeated request gets the problem request-running and is not executed.
      void retryTransient(store, { timeout_ms: STORE_AGAIN_MS })
        .catch((lost: unknown) => {
          request.log.error({ err: lost }, "cannot store the response of an idempotent request");
        })
        .finally(() => running.delete(claim.token));
    }
    return payload;
  });

  const renewal = setInterval(() => {
    if (running.size === 0) return;
    renewLeases(pool, [...running]).catch((error: unknown) => {
      app.log.warn({ err: error }, "cannot renew the leases of idempotent requests");
    });
  }, LEASE_RENEWAL_MS);
  renewal.unref();
  app.addHook("onClose", (_instance, done) => {
    clearInterval(renewal);
    done();
  });
}

/** Whether the request has a key. The key is ignored on public routes, and on routes of the sender's own account: their bodies contain
 * passwords, of which not even a hash may be stored. */
function isKeyed({ method, headers, routeOptions: { config } }: FastifyRequest): boolean {
  if (method !== "POST" || headers["idempotency-key"] === undefined) return false;
  return config.access?.role !== "public" && config.access?.is_own_account !== true;
}

/** Returns whose stored responses the sender may get: those of the same user, also after another sign-in, or those of the same API key. */
const ownerOf = ({ kind, user_id, caller }: RequestIdentity): string =>
  kind === "session" ? `user ${user_id}` : caller;

/** A valid key: visible ASCII characters. If the header is a structured string, its quotes are part of the key. */
const KEY = /^[\x21-\x7e]{1,255}$/;

async function claimOf(request: FastifyRequest, fingerprint: Fingerprint): Promise<KeyedRequest> {
  const key = request.headers["idempotency-key"];
  if (typeof key !== "string" || !KEY.test(key)) {
    throw new Problem(
      "invalid-request",
      "The Idempotency-Key is not valid. Use 1 to 255 visible ASCII characters, such as a UUID.",
      {
        extra: { errors: [{ pointer: "/headers/idempotency-key", detail: "Not a valid key." }] },
      },
    );
  }
  return {
    actor: ownerOf(senderOf(request)),
    key,
    request: `${request.method} ${request.url}`,
    fingerprint: isStreamed(request) ? null : await fingerprint.digest(),
    token: randomUUID(),
  };
}

const isStreamed = ({ body }: FastifyRequest): boolean => body instanceof Readable;

/** Sends the stored response of the first request, or throws a Problem that states why that is not possible. */
async function replay(
  request: FastifyRequest,
  reply: FastifyReply,
  first: EarlierRequest,
  fingerprint: Fingerprint,
): Promise<FastifyReply> {
  const { response } = first;
  const body = isStreamed(request) ? (request.body as Readable) : undefined;
  // Always read the body: some clients read the response only after they have sent their whole body.
  body?.resume();
  if (first.request !== `${request.method} ${request.url}`) throw reused(`The first request was ${first.request}.`);
  if (response === null && (first.fingerprint === null || body !== undefined)) throw stillRunning(reply);
  // Read the whole file to compare its hash.
  if (body !== undefined) await finished(body);
  if (first.fingerprint !== (await fingerprint.digest())) throw reused("The first request had a different body.");
  if (response === null) throw stillRunning(reply);
  if (response.body === null) throw notStored(response);
  return reply
    .code(response.status)
    .headers({ ...response.headers, "idempotency-replayed": "true" })
    .serializer((payload: unknown) => payload as string)
    .send(response.body);
}

const reused = (why: string): Problem =>
  new Problem("idempotency-key-reused", `This Idempotency-Key was used for another request. ${why} Use a new key.`);

function notStored({ headers: { location } }: StoredResponse): Problem {
  const detail =
    "The first request with this Idempotency-Key was executed. Its response was too large to be stored, so it cannot be sent again.";
  return location === undefined
    ? new Problem("response-not-stored", detail)
    : new Problem("response-not-stored", `${detail} The result is at ${location}.`, { extra: { link: location } });
}

function stillRunning(reply: FastifyReply): Problem {
  reply.header("retry-after", "1");
  return new Problem(
    "request-running",
    "The first request with this Idempotency-Key is still running. Try again in a second.",
  );
}

/** Headers stored with a response. */
const STORED_HEADERS = ["content-type", "location", "etag"];
/** Statuses of requests that were not executed. Responses with these statuses are not stored, so the same key can be used for a
 * corrected request. */
const NOT_STORED_STATUSES = new Set([400, 401, 403, 408, 413, 415, 429]);

/** Maximum length of a response body that is stored. Only a product with very long values has a longer one. */
export const MAX_STORED_BYTES = 1_000_000;

function responseOf(reply: FastifyReply, payload: unknown): StoredResponse | undefined {
  const { statusCode: status } = reply;
  if (status >= 500 || NOT_STORED_STATUSES.has(status) || typeof payload !== "string") return undefined;
  // A route sets no-store if its response contains secrets, which must not be stored unencrypted. Without a stored response, a repeated
  // request is executed again.
  if (reply.getHeader("cache-control") === "no-store") return undefined;
  const headers = STORED_HEADERS.flatMap((name) => {
    const value = reply.getHeader(name);
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  const body = Buffer.byteLength(payload) > MAX_STORED_BYTES ? null : payload;
  return { status, headers: Object.fromEntries(headers), body };
}
