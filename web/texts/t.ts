// Returns texts of the page in the current language: `t("imports.title")`. The compiler checks keys and placeholders. Messages are
// interpreted, never compiled to functions, because the content security policy forbids eval.
import { createI18n } from "vue-i18n";
import { english } from "./en.ts";
import { locale } from "./language.ts";
import type { At, Keys, Placeholders, Shape } from "./shape.ts";

export type TextKey = Keys<typeof english>;
/** Key of a text without placeholders, such as the name of a section. */
export type PlainKey = {
  [Key in TextKey]: [Placeholders<At<typeof english, Key>>] extends [never] ? Key : never;
}[TextKey];
export type Texts = Shape<typeof english>;

/** Arguments for the placeholders of a text. The placeholder `n` of a plural needs no argument: it becomes the count. */
type Values<Key extends TextKey, Known extends string = never> = [
  Exclude<Placeholders<At<typeof english, Key>>, Known>,
] extends [never]
  ? []
  : [values: Record<Exclude<Placeholders<At<typeof english, Key>>, Known>, string | number>];

export const i18n = createI18n({
  legacy: false,
  locale: "en",
  fallbackLocale: "en",
  messages: { en: english, de: {} as Texts },
  // English texts are shown until the other language is loaded; do not warn about that.
  missingWarn: false,
  fallbackWarn: false,
});

/** Returns a text with its placeholders replaced. Format numbers first: `formatCount(n)`. */
export function t<Key extends TextKey>(key: Key, ...[values]: Values<Key>): string {
  return i18n.global.t(key, values ?? {});
}

/** Returns a text in singular or plural (`"{n} row | {n} rows"`). `{n}` becomes the formatted count. */
export function tn<Key extends TextKey>(key: Key, count: number, ...[values]: Values<Key, "n">): string {
  return i18n.global.t(key, { n: formatWhole(count), ...values }, count);
}

const formatWhole = (count: number): string => new Intl.NumberFormat(locale.value).format(count);
