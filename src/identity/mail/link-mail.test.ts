import { expect, test } from "vitest";
import { MAIL_LANGUAGES } from "../../../contract/identity/mail.ts";
import { linkMail } from "./link-mail.ts";

const LINK = {
  is_invitation: true,
  user: "Anna",
  origin: "https://shop.example",
  url: "https://shop.example/sign-in#link=abc",
  expires_at: "2026-12-03T12:30:00Z",
};

test("an invitation names the server, the user, and the end of the link", () => {
  expect(linkMail(LINK, "en")).toEqual({
    subject: "Your invitation to Skuport",
    text: `Hello Anna,

an administrator of Skuport at https://shop.example has invited you. Choose a password with this link:

https://shop.example/sign-in#link=abc

The link works once, until 3 December 2026 at 12:30 UTC. Your user name is: Anna

If you do not know Skuport, delete this message.
`,
  });
  expect(linkMail(LINK, "de").text).toContain("bis 3. Dezember 2026 um 12:30 UTC. Ihr Benutzername: Anna");
});

test.each(MAIL_LANGUAGES)("a link for a new password has a text of its own in %s", (language) => {
  const reset = linkMail({ ...LINK, is_invitation: false }, language);
  const invitation = linkMail(LINK, language);
  expect(reset.subject).not.toBe(invitation.subject);
  expect(reset.text).not.toBe(invitation.text);
  expect(reset.text).toContain(`\n\n${LINK.url}\n\n`);
});

test("a user name with line breaks stays on one line", () => {
  const { text } = linkMail({ ...LINK, user: "Anna\r\n\r\nhttps://evil.example\u2028\u202e" }, "en");
  expect(text).toMatch(/^Hello Anna https:\/\/evil\.example,\n/);
  expect(text).not.toMatch(/[\r\u2028\u202e]/);
});
