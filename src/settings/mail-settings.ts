// Settings of the mail server, with which links can be sent by e-mail.
import { z } from "zod";
import type { MailSettings } from "../identity/mail/settings.ts";
import { isLoopback, type Setting } from "./setting.ts";

const SMTP_FORM = "write smtp://user:password@host:587 or smtps://user:password@host:465";
const DEFAULT_PORTS = { "smtp:": 587, "smtps:": 465 } as const;

export const MAIL_SETTINGS = {
  SKUPORT_SMTP_URL: {
    about:
      "Mail server, as smtps://user:password@host:465 or smtp://user:password@host:587: links for users can also be sent by e-mail. With credentials, smtp:// requires STARTTLS, except on this computer. Special characters of user and password are percent-encoded. SKUPORT_SMTP_URL_FILE names a file that contains the URL.",
    example: "",
    can_be_file: true,
    schema: z.string().transform((text, context) => {
      const server = parseServer(text);
      if (server !== undefined) return server;
      context.addIssue(SMTP_FORM);
      return z.NEVER;
    }),
    is_secret: true,
  },
  SKUPORT_MAIL_FROM: {
    about: "Sender of e-mails, such as skuport@shop.example or Skuport <skuport@shop.example>.",
    example: "",
    schema: z.string().transform((text, context) => {
      const sender = parseSender(text);
      if (sender !== undefined) return sender;
      context.addIssue("write skuport@shop.example or Skuport <skuport@shop.example>");
      return z.NEVER;
    }),
  },
} as const satisfies Record<string, Setting>;

type Values = { [N in keyof typeof MAIL_SETTINGS]?: z.output<(typeof MAIL_SETTINGS)[N]["schema"]> };

/** Returns the faults of settings that need other settings.
 * @param given the texts of all settings */
export function mailFaults(given: Readonly<Record<string, string>>): string[] {
  const hasServer = given["SKUPORT_SMTP_URL"] !== undefined;
  if (hasServer === (given["SKUPORT_MAIL_FROM"] !== undefined)) return [];
  return hasServer
    ? ["SKUPORT_SMTP_URL: e-mails also need a sender, SKUPORT_MAIL_FROM."]
    : ["SKUPORT_MAIL_FROM: e-mails also need a mail server, SKUPORT_SMTP_URL."];
}

/** @returns undefined if there is no mail server */
export function mailOf({ SKUPORT_SMTP_URL: server, SKUPORT_MAIL_FROM: from }: Values): MailSettings | undefined {
  return server === undefined || from === undefined ? undefined : { ...server, from };
}

function parseServer(text: string): Omit<MailSettings, "from"> | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "smtp:" && url.protocol !== "smtps:") || url.hostname === "") return undefined;
  if ((url.pathname !== "" && url.pathname !== "/") || url.search !== "" || url.hash !== "") return undefined;
  const [user, pass] = [decoded(url.username), decoded(url.password)];
  if (user === undefined || pass === undefined || (user === "") !== (pass === "")) return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    host,
    port: url.port === "" ? DEFAULT_PORTS[url.protocol] : Number(url.port),
    implicit_tls: url.protocol === "smtps:",
    is_loopback: isLoopback(host),
    credentials: user === "" ? undefined : { user, pass },
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parseSender(text: string): MailSettings["from"] | undefined {
  const [, name = "", inBrackets, alone] = /^(?:([^<>"\p{C}]*?)\s*<([^<>]+)>|([^<>\s]+))$/u.exec(text.trim()) ?? [];
  const address = inBrackets ?? alone ?? "";
  return z.email().safeParse(address).success ? { name: name.trim(), address } : undefined;
}
