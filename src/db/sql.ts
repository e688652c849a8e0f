// SQL fragments that nest. statement`select … where ${condition} limit ${limit}` makes a query config for pg. A nested fragment becomes
// part of the text, and any other value becomes a parameter. `statement` numbers the placeholders.
import pg from "pg";

/** An SQL fragment with the values of its placeholders. */
export class Sql {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }
}

/** Makes a fragment. If a statement contains the same `Sql` object several times, each use refers to the same parameters. */
export const sql = (strings: TemplateStringsArray, ...values: unknown[]): Sql => new Sql(strings, values);

/** Makes a fragment from text in the source code, such as the name of a column. Never pass text from a request. */
export const raw = (text: string): Sql => new Sql([text], []);

/** A value that is used several times in a statement but becomes one parameter, if every use passes the same `Sql` object. */
export const parameter = (value: unknown): Sql => new Sql(["", ""], [value]);

export const join = (fragments: readonly Sql[], separator: string): Sql =>
  new Sql(["", ...fragments.map((_, i) => (i === fragments.length - 1 ? "" : separator))], fragments);

/** Makes a condition that is true if all of `conditions` are true. Without conditions, it is always true. */
export const allOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? raw("true") : join(conditions, " and ");

/** Makes a whole statement, as a query config for pg. */
export function statement(strings: TemplateStringsArray, ...values: unknown[]): { text: string; values: unknown[] } {
  const parameters: unknown[] = [];
  const text = render(new Sql(strings, values), (value) => `$${parameters.push(value)}`);
  return { text, values: parameters };
}

/** Returns the text of the fragment with its values as literals, for COPY, which takes no parameters.
 * @throws TypeError if a value is not a string, number, boolean or array of numbers */
export const withLiterals = (fragment: Sql): string => render(fragment, literalOf);

function literalOf(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return pg.escapeLiteral(String(value));
  }
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) return `'{${value.join(",")}}'`;
  throw new TypeError(`no SQL literal for a value of the type ${typeof value}`);
}

function render(fragment: Sql, placeholder: (value: unknown) => string, rendered = new Map<Sql, string>()): string {
  const earlier = rendered.get(fragment);
  if (earlier !== undefined) return earlier;
  const { strings, values } = fragment;
  let text = strings[0] ?? "";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    text += (value instanceof Sql ? render(value, placeholder, rendered) : placeholder(value)) + (strings[i + 1] ?? "");
  }
  rendered.set(fragment, text);
  return text;
}
