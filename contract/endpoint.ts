// The shape of an endpoint as the wire knows it: Fastify's route options without the handler.
import type { z } from "zod";

export interface Endpoint {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  schema: {
    operationId: string;
    summary: string;
    description?: string;
    tags: string[];
    consumes?: string[];
    params?: z.ZodType;
    querystring?: z.ZodType;
    body?: z.ZodType;
    /** Responses by status; a string response (CSV, an event stream) is given as `z.string()`. */
    response: Record<number, z.ZodType>;
  };
}

/** Keeps the literal types of an endpoint, so that server and client infer from the same object. */
export const endpoint = <const E extends Endpoint>(definition: E): E => definition;
