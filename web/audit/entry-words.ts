// How an entry of the audit log is shown: its tone, its details, and where its subject is found.
import type { AuditFacts } from "../../contract/identity/audit-facts.ts";
import type { AuditAction, AuditEntry } from "../../contract/identity/audit.ts";
import { KEY_SCOPES, ROLES } from "../../contract/identity/identity-rules.ts";
import { actorName } from "../server/actor.ts";
import { problemTitle } from "../server/problem-words.ts";
import { english } from "../texts/en.ts";
import { t, type PlainKey } from "../texts/t.ts";
import { formatFullDate } from "../ui/format.ts";

/** Actions that an administrator should notice. */
const ALARMING: ReadonlySet<AuditAction> = new Set([
  "sign-in-failed",
  "sign-in-blocked",
  "link-refused",
  "access-denied",
]);

export const actionTone = (action: AuditAction): string => (ALARMING.has(action) ? "text-error" : "text-highlighted");

/** The further facts of the entry in the language of the page, such as "Role: Editor". Facts and values that this page does not know are
 * shown as the server sends them: the server may be newer, and earlier entries contain English texts. */
export const detailsOf = ({ detail }: AuditEntry): string[] =>
  Object.entries(detail).map(([name, value]) =>
    isFact(name) ? t(`audit.fact.${name}`, { value: valueOf(name, value) }) : `${name.replaceAll("_", " ")}: ${value}`,
  );

const isFact = (name: string): name is keyof AuditFacts => Object.hasOwn(english.audit.fact, name);

function valueOf(name: keyof AuditFacts, value: string): string {
  switch (name) {
    case "by":
    case "reason":
    case "kind":
    case "removes":
    case "mail":
      return coded(name, value);
    case "change":
      return listed(value, (one) => coded(name, one));
    case "role":
    case "from":
    case "to":
      return isOneOf(ROLES, value) ? t(`ui.role.${value}`) : value;
    case "scopes":
      return listed(value, (one) => (isOneOf(KEY_SCOPES, one) ? t(`ui.api_keys.scope.${one}`) : one));
    case "problem":
      return problemTitle(value);
    case "made_at":
      return formatFullDate(value);
    default:
      return value;
  }
}

/** The text of a code. Entries of earlier versions contain phrases such as "no such user" in place of codes. */
function coded(name: "by" | "reason" | "kind" | "removes" | "mail" | "change", value: string): string {
  const code = value.replaceAll(/,? /g, "-");
  const key = `audit.${name}.${code}`;
  return Object.hasOwn(english.audit[name], code) ? t(key as PlainKey) : value;
}

const listed = (value: string, word: (one: string) => string): string => value.split(", ").map(word).join(", ");
const isOneOf = <One extends string>(known: readonly One[], value: string): value is One =>
  (known as readonly string[]).includes(value);

/** The name of the user, API key or program that caused the entry. */
export function entryActor({ actor }: AuditEntry): string {
  if (actor === "single sign-on") return t("audit.actor.sso");
  return actor === "unknown user" ? t("audit.actor.unknown") : actorName(actor);
}

/** The user, API key or webhook that the entry concerns. */
export function entrySubject(subject: string): string {
  const [, kind, name = ""] = /^(user|key|webhook) (.+)$/s.exec(subject) ?? [];
  if (kind === "user") return t("audit.subject.user", { name });
  if (kind === "webhook") return t("audit.subject.webhook", { id: name });
  const [, key, user] = /^(.+) of (.+)$/s.exec(name) ?? [];
  return key === undefined || user === undefined ? subject : t("audit.subject.key", { name: key, user });
}

/** Actions whose subject is a user or a key, both of which are on the users page. */
const OF_USERS: ReadonlySet<AuditAction> = new Set([
  "sessions-ended",
  "link-created",
  "link-mailed",
  "user-created",
  "role-changed",
  "user-disabled",
  "user-enabled",
  "key-created",
  "key-revoked",
]);

/** The path of the page that shows the subject; undefined if there is none. */
export function subjectLink({ action, subject }: AuditEntry): string | undefined {
  if (subject === null) return undefined;
  const webhook = /^webhook (\d+)\b/.exec(subject)?.[1];
  if (webhook !== undefined) return `/webhooks/${webhook}`;
  return OF_USERS.has(action) || /^(?:user|key) /.test(subject) ? "/users" : undefined;
}
