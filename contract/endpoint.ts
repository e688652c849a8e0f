// An endpoint of the API: Fastify's route options without the handler.
import type { z } from "zod";
import { KEY_SCOPES, ROLES } from "./identity/identity-rules.ts";
import "./wording.ts";

/** The role that an endpoint requires; `public` needs no sign-in. */
export const ACCESS = ["public", ...ROLES] as const;
export type Access = (typeof ACCESS)[number];

/** The scope that an API key needs for an endpoint. `session`: no key may use the endpoint, only a signed-in user. `key`: only keys may use
 * the endpoint, whatever their scopes. `none`: the endpoint is public. */
export const SCOPES = [...KEY_SCOPES, "session", "key", "none"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Endpoint {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";
  url: string;
  /** Required, so that no new endpoint is public by accident. */
  access: Access;
  /** Required for the same reason. */
  scope: Scope;
  /** Whether a request requires that the user has signed in, or confirmed the sign-in, within the last RECENT_SIGN_IN_MINUTES minutes.
   * `true`: every request does. A list of members: a request does if its body contains one of them. API keys cannot send such requests,
   * except the local key. */
  recent_sign_in?: true | readonly string[];
  schema: {
    operationId: string;
    summary: string;
    description?: string;
    tags: string[];
    /** The raw body is a file, or part of a file, with one of these media types. With `form`, a multipart form is accepted too. It consists
     * of the fields of `form`, followed by the file in the field `file`. */
    file_body?: { types: string[]; form?: z.ZodType };
    /** Accepted media types of a JSON body. Omitted: only `application/json` is accepted. */
    body_types?: string[];
    /** Media types of the response, if it is not JSON. */
    answer_type?: "text/csv" | "text/event-stream" | readonly string[];
    params?: z.ZodType;
    /** Request headers that the endpoint uses, in lower case. */
    headers?: z.ZodType;
    querystring?: z.ZodType;
    body?: z.ZodType;
    /** Schemas of the responses by status; `z.string()` if the response is not JSON. */
    response: Record<number, z.ZodType>;
  };
}

/** Returns its argument with literal types, so that the server and the client can infer the types of parameters and responses
 * from it. */
export const endpoint = <const E extends Endpoint>(definition: E): E => definition;
