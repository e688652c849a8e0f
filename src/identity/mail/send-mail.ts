// Sends one e-mail with a link. The mail server is defined by a setting, as are the database and the identity provider; only the recipient
// comes from a request. The SSRF guard of webhooks, whose URLs come from requests, is therefore not needed.
import type { MailResult } from "../../../contract/identity/mail.ts";
import type { MailSettings } from "./settings.ts";

/** A request waits for the mail server at most this long. */
const TOTAL_MS = 15_000;
/** Maximum size of a response of the mail server. Real responses have a few hundred bytes. */
const MAX_RESPONSE_BYTES = 16_384;

export interface Mail {
  /** An address that was checked: without line breaks, lists and display names. */
  to: string;
  subject: string;
  text: string;
}

export interface MailFailure {
  result: Exclude<MailResult, "sent">;
  /** For the log: codes only. Texts of mail servers contain the address of the recipient. */
  facts: { code: string; command?: string; status?: number };
}

/** @returns undefined if the mail server has accepted the mail
 * @param signal ends the attempt earlier, such as in tests */
export async function sendMail(
  settings: MailSettings,
  { to, subject, text }: Mail,
  signal?: AbortSignal,
): Promise<MailFailure | undefined> {
  // Few servers send mails, so load the library only then.
  const { createTransport } = await import("nodemailer");
  const transport = createTransport(optionsOf(settings));
  const deadline = AbortSignal.timeout(TOTAL_MS);
  try {
    await transport.sendMail({
      from: settings.from,
      to: { name: "", address: to },
      subject,
      text,
      // Never wraps a link.
      textEncoding: "quoted-printable",
      headers: { "Auto-Submitted": "auto-generated" },
      xMailer: false,
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    return undefined;
  } catch (error) {
    return failureOf(error);
  } finally {
    transport.close();
  }
}

function optionsOf({ host, port, implicit_tls, is_loopback, credentials }: MailSettings) {
  return {
    host,
    port,
    secure: implicit_tls,
    ...(credentials === undefined ? {} : { auth: credentials }),
    // Credentials cross a network only encrypted. Without credentials, TLS is used if the server offers it.
    requireTLS: !implicit_tls && credentials !== undefined && !is_loopback,
    // No one else can be at the other end of a connection on this computer, where certificates often name another host.
    tls: { rejectUnauthorized: !is_loopback },
    connectionTimeout: TOTAL_MS,
    greetingTimeout: TOTAL_MS,
    socketTimeout: TOTAL_MS,
    dnsTimeout: TOTAL_MS,
    socketCloseTimeout: 0,
    maxResponseSize: MAX_RESPONSE_BYTES,
  };
}

/** Codes of nodemailer and Node.js that mean that no conversation with the mail server took place. */
const UNREACHABLE = new Set(["ECONNECTION", "ETIMEDOUT", "ESOCKET", "EDNS", "ECONNREFUSED", "ABORT_ERR", "EABORT"]);

interface SmtpError extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
}

function failureOf(error: unknown): MailFailure {
  const { code = "", name, command, responseCode } = error as SmtpError;
  const isAborted = name === "AbortError" || name === "TimeoutError";
  const isRefused = code === "EENVELOPE" && command?.startsWith("RCPT") === true;
  return {
    result: isRefused ? "address-refused" : isAborted || UNREACHABLE.has(code) ? "unreachable" : "failed",
    facts: {
      code: isAborted ? name : code,
      // Only the verb: what follows can be the recipient.
      ...(command === undefined ? {} : { command: command.split(/[ :]/, 1)[0] ?? "" }),
      ...(responseCode === undefined ? {} : { status: responseCode }),
    },
  };
}
