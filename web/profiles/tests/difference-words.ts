// Names and values of the differences of a test, in the current language.
import { t, type PlainKey } from "../../texts/t.ts";

const MEMBERS: Record<string, PlainKey> = {
  name: "imports.target.name",
  description: "imports.target.description",
  active: "imports.target.active",
  parent_sku: "imports.target.parent_sku",
  product: "profiles.tests.product",
  ignored: "imports.counts.ignored",
  adds: "imports.counts.adds",
  deleted: "imports.counts.deleted",
  input: "profiles.tests.input",
};
const ATTRIBUTES = "attributes.";
const REJECTS = "rejects.line ";

/** The label of a member of a product or of the rejects. `attributes.price` becomes `price`. */
export function memberLabel(member: string): string {
  if (member.startsWith(ATTRIBUTES)) return member.slice(ATTRIBUTES.length);
  if (member.startsWith(REJECTS)) return t("profiles.tests.reject", { line: member.slice(REJECTS.length) });
  const key = MEMBERS[member];
  return key === undefined ? member : t(key);
}

/** @param json a value as JSON text, possibly truncated; null if there is no value */
export function valueLabel(json: string | null): string {
  if (json === null) return t("profiles.tests.nothing");
  try {
    const value: unknown = JSON.parse(json);
    if (value === true) return t("ui.yes");
    if (value === false) return t("ui.no");
    return typeof value === "string" && value !== "" ? value : json;
  } catch {
    return json;
  }
}
