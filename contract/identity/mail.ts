// Sending one-time links by e-mail, if the server has a mail server.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";

/** Languages in which the server writes e-mails. */
export const MAIL_LANGUAGES = ["en", "de"] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

/** `unreachable`: the mail server did not answer in time. `address-refused`: it refused the recipient. `failed`: another failure, such as
 * a wrong password of the mail server or a certificate that is not valid. */
export const MAIL_RESULTS = ["sent", "unreachable", "address-refused", "failed"] as const;
export type MailResult = (typeof MAIL_RESULTS)[number];

/** Longest address (RFC 5321). */
export const MAX_MAIL_CHARACTERS = 254;

export const mail_request = z
  .object({
    to: z.email().max(MAX_MAIL_CHARACTERS).describe("The link is sent to this address, which is not stored"),
    language: z.enum(MAIL_LANGUAGES).default("en"),
  })
  .strict()
  .describe("Sends the link by e-mail. Needs a mail server (SKUPORT_SMTP_URL)");
export type MailRequest = z.infer<typeof mail_request>;

export const mail_result = z
  .enum(MAIL_RESULTS)
  .nullable()
  .describe("Whether the link was sent by e-mail; null if no address was given");

export const get_mail = endpoint({
  method: "GET",
  url: "/api/mail",
  access: "admin",
  scope: "session",
  schema: {
    operationId: "get_mail",
    summary: "Show whether the server can send links by e-mail",
    tags: ["users"],
    response: { 200: z.object({ sends: z.boolean() }) },
  },
});
