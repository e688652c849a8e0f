import { afterEach, expect, test } from "vitest";
import type { AuditEntry } from "../../contract/identity/audit.ts";
import { AUDIT_METHODS, AUDIT_REASONS } from "../../contract/identity/audit-facts.ts";
import { german } from "../texts/de.ts";
import { i18n } from "../texts/t.ts";
import { detailsOf, entryActor, entrySubject } from "./entry-words.ts";

const entry = (detail: Record<string, string>, actor = "Ada"): AuditEntry => ({
  id: 1,
  at: "2026-11-30T12:00:00Z",
  action: "signed-in",
  actor,
  subject: null,
  detail,
  address: null,
  request_id: null,
});

function speakGerman(): void {
  i18n.global.setLocaleMessage("de", german);
  i18n.global.locale.value = "de";
}
afterEach(() => {
  i18n.global.locale.value = "en";
});

test("facts are worded in the language of the page", () => {
  const facts = { from: "viewer", to: "admin", by: "password-app", scopes: "read, import", problem: "not-permitted" };
  expect(detailsOf(entry(facts))).toEqual([
    "Before: Viewer",
    "Now: Administrator",
    "With: password and authenticator app",
    "Scopes: Read, Import",
    "Reason: You are not permitted to do this",
  ]);
  speakGerman();
  expect(detailsOf(entry(facts))).toEqual([
    "Vorher: Betrachter",
    "Jetzt: Administrator",
    "Mit: Passwort und Authenticator-App",
    "Rechte: Lesen, Importieren",
    "Grund: Dazu sind Sie nicht berechtigt",
  ]);
});

test("the changed settings of a webhook are named", () => {
  speakGerman();
  expect(detailsOf(entry({ change: "enabled, max_parallel" }))).toEqual([
    "Änderung: ein- oder ausgeschaltet, gleichzeitige Anfragen",
  ]);
});

test("every code has a text of its own in every language", () => {
  for (const language of [() => undefined, speakGerman]) {
    language();
    const texts = [
      ...AUDIT_METHODS.map((by) => detailsOf(entry({ by }))[0]),
      ...AUDIT_REASONS.map((reason) => detailsOf(entry({ reason }))[0]),
    ];
    expect(new Set(texts).size).toBe(AUDIT_METHODS.length + AUDIT_REASONS.length);
    for (const text of texts) expect(text).not.toMatch(/audit\.|: [a-z]+-[a-z-]+$/);
  }
});

test("entries of earlier versions stay readable: phrases in place of codes, sentences, and unknown facts", () => {
  speakGerman();
  expect(
    detailsOf(entry({ by: "password, recovery", reason: "no such user", removes: "second factor", colour_of: "red" })),
  ).toEqual([
    "Mit: Passwort und Wiederherstellungscode",
    "Grund: diesen Benutzer gibt es nicht",
    "Entfernt auch: Authenticator-App",
    "colour of: red",
  ]);
  expect(detailsOf(entry({ reason: "The user is disabled.", by: "toString" }))).toEqual([
    "Grund: The user is disabled.",
    "Mit: toString",
  ]);
});

test("actors and subjects are worded too", () => {
  speakGerman();
  expect(entryActor(entry({}, "single sign-on"))).toBe("Single Sign-on");
  expect(entryActor(entry({}, "unknown user"))).toBe("Unbekannter Benutzer");
  expect(entryActor(entry({}, "Ada (key shop (old))"))).toBe("Ada (Schlüssel shop (old))");
  expect(entrySubject("user Ada")).toBe("Benutzer Ada");
  expect(entrySubject("key price of the shop of Ada")).toBe("Schlüssel price of the shop von Ada");
  expect(entrySubject("webhook 7")).toBe("Webhook 7");
  expect(entrySubject("GET /api/users")).toBe("GET /api/users");
});
