// Asks one endpoint of the contract and gives its answer, typed by the endpoint's own schemas.
// Answers are not checked again at run time: the server serialises them by the same schemas.
import type { z } from "zod";
import type { Endpoint } from "../contract/endpoint.ts";
import { address } from "./address.ts";
import { failureOf, nobodyThere, UnreachableError, parseJson, piecesOf, readText } from "./answer.ts";

type Given<S, Name extends "params" | "querystring" | "body"> =
  S extends Record<Name, infer T extends z.ZodType> ? Record<Name, z.input<T>> : object;
type OptionalGiven<S, Name extends "querystring"> =
  S extends Record<Name, infer T extends z.ZodType> ? Partial<Record<Name, z.input<T>>> : object;

/** What an endpoint wants to be told: `params`, `querystring` and `body`, as far as its schema has them. */
export type RequestOf<E extends Endpoint> = Given<E["schema"], "params"> &
  OptionalGiven<E["schema"], "querystring"> &
  Given<E["schema"], "body">;

type Success = 200 | 201 | 202;
/** What an endpoint answers when all is well. */
export type ResultOf<E extends Endpoint> = {
  [Status in Success]: E["schema"]["response"] extends Record<Status, infer T extends z.ZodType> ? z.output<T> : never;
}[Success];

export interface CallOptions {
  /** `http://127.0.0.1:8000`; empty = where the page came from. */
  base_url?: string;
  signal?: AbortSignal | undefined;
  /** Such as `if-match` or `idempotency-key`. */
  headers?: Record<string, string>;
}

/**
 * Throws a Problem (what the server says is wrong), a NoAnswer (no server, or not ours), or the signal's reason.
 * An answer that is not JSON (rejects.csv) comes as text.
 */
export async function call<const E extends Endpoint>(
  endpoint: E,
  request: RequestOf<E>,
  { base_url = "", signal, headers = {} }: CallOptions = {},
): Promise<ResultOf<E>> {
  const url = address(endpoint, request, base_url);
  const body = "body" in request && request.body !== undefined ? JSON.stringify(request.body) : null;
  try {
    const response = await fetch(url, {
      method: endpoint.method,
      headers: {
        accept: "application/json",
        ...(body === null ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body,
      signal: signal ?? null,
    });
    const text = await readText(piecesOf(response.body), response.status);
    if (!response.ok) throw failureOf(response.status, text);
    if (!response.headers.get("content-type")?.includes("json")) return text as ResultOf<E>;
    return jsonOf(text, response.status) as ResultOf<E>;
  } catch (error) {
    // fetch says TypeError for everything between a refused connection and an answer cut short.
    if (!(error instanceof TypeError)) throw error;
    throw nobodyThere(url, error);
  }
}

function jsonOf(text: string, status: number): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new UnreachableError("The server's answer was cut short; try again", { status });
  return value;
}
