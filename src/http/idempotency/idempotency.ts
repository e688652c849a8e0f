// Idempotency-Key on every POST (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/): a request that is
// sent again gets the first one's answer and does nothing. Without the header nothing of this happens.
//
// A process that dies in the middle leaves a lease that runs out; whether its work was committed is then for the work itself to
// find out when it is done again: a SKU is taken, a file imported twice changes nothing.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type pg from "pg";
import { retryTransient } from "../../db/connection/connect.ts";
import { fingerprintOf, type Fingerprint } from "./fingerprint.ts";
import {
  claimKey,
  storeAnswer,
  LEASE_RENEWAL_MS,
  releaseKey,
  renewLeases,
  type StoredAnswer,
  type KeyedRequest,
  type KnownRequest,
} from "./store.ts";
import { Problem } from "../../../contract/problems.ts";

/** How long a response is stored again while the database is unreachable. */
const STORE_AGAIN_MS = 300_000;

interface Keyed {
  fingerprint: Fingerprint;
  /** Once the request is ours to run. */
  claim?: KeyedRequest;
}

export function useIdempotency(app: FastifyInstance, pool: pg.Pool): void {
  const keyed = new WeakMap<FastifyRequest, Keyed>();
  const running = new Set<string>();

  app.addHook("preParsing", (request, _reply, payload, done) => {
    if (request.method !== "POST" || request.headers["idempotency-key"] === undefined) {
      done(null, payload);
      return;
    }
    const fingerprint = fingerprintOf(request.headers, payload);
    keyed.set(request, { fingerprint });
    done(null, fingerprint.body as typeof payload);
  });

  app.addHook("preHandler", async (request, reply) => {
    const known = keyed.get(request);
    if (known === undefined) return;
    const claim = await claimOf(request, known.fingerprint);
    const found = await claimKey(pool, claim);
    if (found !== "ours") return replay(request, reply, found, known.fingerprint);
    known.claim = claim;
    running.add(claim.token);
  });

  app.addHook("onSend", async (request, reply, payload) => {
    const { claim, fingerprint } = keyed.get(request) ?? {};
    if (claim === undefined || fingerprint === undefined) return payload;
    keyed.delete(request);
    const answer = answerOf(reply, payload);
    const store = async (): Promise<void> => {
      if (answer === undefined) await releaseKey(pool, claim);
      else await storeAnswer(pool, { ...claim, fingerprint: await fingerprint.digest() }, answer);
    };
    try {
      await store();
      running.delete(claim.token);
    } catch (error) {
      request.log.warn({ err: error }, "cannot store the response of an idempotent request; trying again");
      // The lease is renewed meanwhile: a repetition must wait rather than do the work again.
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

/** Visible ASCII, as in a header; a structured string's quotes belong to the key. */
const KEY = /^[\x21-\x7e]{1,255}$/;

async function claimOf(request: FastifyRequest, fingerprint: Fingerprint): Promise<KeyedRequest> {
  const key = request.headers["idempotency-key"];
  if (typeof key !== "string" || !KEY.test(key)) {
    throw new Problem("invalid-request", "Idempotency-Key: write 1 to 255 visible ASCII characters, such as a UUID.", {
      extra: { errors: [{ pointer: "/headers/idempotency-key", detail: "This is no key." }] },
    });
  }
  return {
    actor: request.actor,
    key,
    request: `${request.method} ${request.url}`,
    fingerprint: isStreamed(request) ? null : await fingerprint.digest(),
    token: randomUUID(),
  };
}

const isStreamed = ({ body }: FastifyRequest): boolean => body instanceof Readable;

/** The first request's answer, or why there is none. */
async function replay(
  request: FastifyRequest,
  reply: FastifyReply,
  first: KnownRequest,
  fingerprint: Fingerprint,
): Promise<FastifyReply> {
  const { answer } = first;
  const body = isStreamed(request) ? (request.body as Readable) : undefined;
  // Whatever is answered: a sender that cannot get rid of its body would never come to read it.
  body?.resume();
  if (first.request !== `${request.method} ${request.url}`) throw reused(`It was for ${first.request}.`);
  if (answer === null && (first.fingerprint === null || body !== undefined)) throw stillRunning(reply);
  // To its end, to see whether it is the same file.
  if (body !== undefined) await finished(body);
  if (first.fingerprint !== (await fingerprint.digest())) throw reused("The body was another one.");
  if (answer === null) throw stillRunning(reply);
  if (answer.body === null) throw notStored(answer);
  return reply
    .code(answer.status)
    .headers({ ...answer.headers, "idempotency-replayed": "true" })
    .serializer((payload: unknown) => payload as string)
    .send(answer.body);
}

const reused = (why: string): Problem =>
  new Problem(
    "idempotency-key-reused",
    `This Idempotency-Key has been used for another request. ${why} Take a new key.`,
  );

function notStored({ headers: { location } }: StoredAnswer): Problem {
  const detail =
    "The first request with this Idempotency-Key was executed. Its response is too large to be stored, so it cannot be repeated.";
  return location === undefined
    ? new Problem("response-not-stored", detail)
    : new Problem("response-not-stored", `${detail} The result is at ${location}.`, { extra: { link: location } });
}

function stillRunning(reply: FastifyReply): Problem {
  reply.header("retry-after", "1");
  return new Problem("request-running", "The first request with this Idempotency-Key has no answer yet. Try again.");
}

/** What an answer says of a body is the same however often it is asked. */
const KEPT_HEADERS = ["content-type", "location", "etag"];
/** Answers that say that nothing was done, or not to the end: the request may be sent again, mended or not. */
const NOT_KEPT = new Set([400, 401, 403, 408, 413, 415, 429]);

/** Largest response body that is stored. Only a product with very long texts has a larger one. */
export const MAX_STORED_BYTES = 1_000_000;

function answerOf(reply: FastifyReply, payload: unknown): StoredAnswer | undefined {
  const { statusCode: status } = reply;
  if (status >= 500 || NOT_KEPT.has(status) || typeof payload !== "string") return undefined;
  // Secrets must not lie open in the database: such a request is done again.
  if (reply.getHeader("cache-control") === "no-store") return undefined;
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = reply.getHeader(name);
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  const body = Buffer.byteLength(payload) > MAX_STORED_BYTES ? null : payload;
  return { status, headers: Object.fromEntries(headers), body };
}
