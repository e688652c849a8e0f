// Calls an endpoint of the contract. The endpoint's schemas determine the types. Responses are not validated, because the server
// serialises them with the same schemas.
import type { z } from "zod";
import type { Endpoint } from "../contract/endpoint.ts";
import { address } from "./address.ts";
import { authorization, redirectOf, refuseRedirect } from "./authorization.ts";
import { failureOf, unreachable, UnreachableError, parseJson, chunksOf, readText } from "./answer.ts";

type Given<S, Name extends "params" | "querystring" | "body"> =
  S extends Record<Name, infer T extends z.ZodType> ? Record<Name, z.input<T>> : object;
type OptionalGiven<S, Name extends "querystring"> =
  S extends Record<Name, infer T extends z.ZodType> ? Partial<Record<Name, z.input<T>>> : object;

/** Input of an endpoint: the parts of a request (`params`, `querystring`, `body`) that the endpoint's schema defines. */
export type RequestOf<E extends Endpoint> = Given<E["schema"], "params"> &
  OptionalGiven<E["schema"], "querystring"> &
  Given<E["schema"], "body">;

type Success = 200 | 201 | 202;
/** Body of a successful response. */
export type ResultOf<E extends Endpoint> = {
  [Status in Success]: E["schema"]["response"] extends Record<Status, infer T extends z.ZodType> ? z.output<T> : never;
}[Success];

export interface CallOptions {
  /** URL of the server, such as `http://127.0.0.1:8000`; empty = the origin of the page. */
  base_url?: string;
  /** API key. In a browser, the cookie of the session is used instead. */
  key?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Additional request headers, such as `if-match` or `idempotency-key`. */
  headers?: Record<string, string>;
}

/**
 * Sends a request and returns the body of the response; a body that is not JSON (rejects.csv) is returned as a string. Throws a
 * Problem (an error reported by the server), an UnreachableError (no server, or another program) or the signal's reason.
 */
export async function call<const E extends Endpoint>(
  endpoint: E,
  request: RequestOf<E>,
  { base_url = "", key, signal, headers = {} }: CallOptions = {},
): Promise<ResultOf<E>> {
  const url = address(endpoint, request, base_url);
  const credential = authorization(key);
  const body = "body" in request && request.body !== undefined ? JSON.stringify(request.body) : null;
  try {
    const response = await fetch(url, {
      method: endpoint.method,
      headers: {
        accept: "application/json",
        ...(body === null ? {} : { "content-type": "application/json" }),
        ...credential,
        ...headers,
      },
      body,
      ...redirectOf(key),
      signal: signal ?? null,
    });
    refuseRedirect(key, response);
    const text = await readText(chunksOf(response.body), response.status);
    if (!response.ok) throw failureOf(response.status, text);
    if (!response.headers.get("content-type")?.includes("json")) return text as ResultOf<E>;
    return jsonOf(text, response.status) as ResultOf<E>;
  } catch (error) {
    // fetch throws a TypeError for every network failure, from a refused connection to a truncated response.
    if (!(error instanceof TypeError)) throw error;
    throw unreachable(url, error);
  }
}

function jsonOf(text: string, status: number): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new UnreachableError("The server's response is incomplete. Try again.", { status });
  return value;
}
