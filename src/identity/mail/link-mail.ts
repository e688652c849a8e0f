// The text of an e-mail with a one-time link.
import type { MailLanguage } from "../../../contract/identity/mail.ts";

interface MailedLink {
  /** Whether the link invites a new user; otherwise, it replaces a password. */
  is_invitation: boolean;
  user: string;
  /** Origin of the server. */
  origin: string;
  url: string;
  expires_at: string;
}

interface Words {
  locale: string;
  subject: { invitation: string; reset: string };
  hello: (user: string) => string;
  invitation: (origin: string) => string;
  reset: (origin: string) => string;
  end: (when: string, user: string) => string;
}

const WORDS: Readonly<Record<MailLanguage, Words>> = {
  en: {
    locale: "en-GB",
    subject: { invitation: "Your invitation to Skuport", reset: "Your new password for Skuport" },
    hello: (user) => `Hello ${user},`,
    invitation: (origin) =>
      `an administrator of Skuport at ${origin} has invited you. Choose a password with this link:`,
    reset: (origin) =>
      `an administrator of Skuport at ${origin} has sent you this link, with which you choose a new password:`,
    end: (when, user) =>
      `The link works once, until ${when}. Your user name is: ${user}\n\nIf you do not know Skuport, delete this message.`,
  },
  // cspell:disable -- German
  de: {
    locale: "de",
    subject: { invitation: "Ihre Einladung zu Skuport", reset: "Ihr neues Passwort für Skuport" },
    hello: (user) => `Guten Tag ${user},`,
    invitation: (origin) =>
      `ein Administrator von Skuport auf ${origin} hat Sie eingeladen. Wählen Sie mit diesem Link ein Passwort:`,
    reset: (origin) =>
      `ein Administrator von Skuport auf ${origin} hat Ihnen diesen Link gesendet, mit dem Sie ein neues Passwort wählen:`,
    end: (when, user) =>
      `Der Link funktioniert einmal, bis ${when}. Ihr Benutzername: ${user}\n\nWenn Sie Skuport nicht kennen, löschen Sie diese Nachricht.`,
  },
  // cspell:enable
};

export function linkMail(link: MailedLink, language: MailLanguage): { subject: string; text: string } {
  const words = WORDS[language];
  const kind = link.is_invitation ? "invitation" : "reset";
  const user = oneLine(link.user);
  const when = new Intl.DateTimeFormat(words.locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return {
    subject: words.subject[kind],
    text: `${[
      words.hello(user),
      words[kind](link.origin),
      link.url,
      words.end(`${when.format(new Date(link.expires_at))} UTC`, user),
    ].join("\n\n")}\n`,
  };
}

/** A user name may contain line breaks and other control characters, with which it could look like a part of the text. */
const oneLine = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
