// The shape of an endpoint as the wire knows it: Fastify's route options without the handler.
import type { z } from "zod";

export interface Endpoint {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";
  url: string;
  schema: {
    operationId: string;
    summary: string;
    description?: string;
    tags: string[];
    /** A body that is a file, or a part of one: the media types it comes as. For a form, the field `file` and these options. */
    file_body?: { types: string[]; form?: z.ZodType };
    /** Media types of a JSON body where there are others than `application/json`. */
    body_types?: string[];
    /** Media type of the answer where it is not JSON, or those that the request chooses from. */
    answer_type?: "text/csv" | "text/event-stream" | readonly string[];
    params?: z.ZodType;
    /** Request headers that the endpoint heeds, in lower case. */
    headers?: z.ZodType;
    querystring?: z.ZodType;
    body?: z.ZodType;
    /** Responses by status; an answer of another `answer_type` is given as `z.string()`. */
    response: Record<number, z.ZodType>;
  };
}

/** Keeps the literal types of an endpoint, so that server and client infer from the same object. */
export const endpoint = <const E extends Endpoint>(definition: E): E => definition;
