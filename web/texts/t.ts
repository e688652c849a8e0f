// The texts of the page, in the language that is spoken: `t("imports.title")`. Keys and placeholders are checked by the
// compiler. Messages are interpreted, never compiled to functions: the content security policy forbids eval.
import { createI18n } from "vue-i18n";
import { english } from "./en.ts";
import { locale } from "./language.ts";
import type { At, Keys, Placeholders, Shape } from "./shape.ts";

export type TextKey = Keys<typeof english>;
/** A text without placeholders, such as the name of a room. */
export type PlainKey = {
  [Key in TextKey]: [Placeholders<At<typeof english, Key>>] extends [never] ? Key : never;
}[TextKey];
type Texts = Shape<typeof english>;

/** The placeholder `n` of a plural is given by its count. */
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
  // Until the second language is there its texts are English; that is no fault.
  missingWarn: false,
  fallbackWarn: false,
});

/** One text with its placeholders filled in. Numbers come formatted: `formatCount(n)`. */
export function t<Key extends TextKey>(key: Key, ...[values]: Values<Key>): string {
  return i18n.global.t(key, values ?? {});
}

/** A text in singular or plural (`"{n} row | {n} rows"`). `{n}` becomes the count as the language writes it. */
export function tn<Key extends TextKey>(key: Key, count: number, ...[values]: Values<Key, "n">): string {
  return i18n.global.t(key, { n: formatWhole(count), ...values }, count);
}

const formatWhole = (count: number): string => new Intl.NumberFormat(locale.value).format(count);
