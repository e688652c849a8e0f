// Single sign-on with OpenID Connect: the browser is sent to the identity provider and comes back with a code.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { problem_document } from "../problem-document.ts";

export const start_single_sign_on = endpoint({
  method: "GET",
  url: "/api/single-sign-on/start",
  access: "public",
  scope: "none",
  schema: {
    operationId: "start_single_sign_on",
    summary: "Redirect the browser to the identity provider",
    tags: ["sign-in"],
    querystring: z
      .object({ next: z.string().max(2000).optional().describe("Path of the page to open after the sign-in") })
      .strict(),
    response: { 302: z.null(), 400: problem_document, 404: problem_document, 503: problem_document },
  },
});

export const finish_single_sign_on = endpoint({
  method: "GET",
  url: "/api/single-sign-on/callback",
  access: "public",
  scope: "none",
  schema: {
    operationId: "finish_single_sign_on",
    summary: "Sign in with the identity provider's answer, and redirect to the page",
    tags: ["sign-in"],
    // The provider may add parameters of its own.
    querystring: z.looseObject({}),
    response: { 302: z.null(), 404: problem_document },
  },
});
