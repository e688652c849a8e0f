// SQL fragments that nest. statement`select … where ${condition} limit ${limit}` makes what pg takes: a nested fragment becomes part of
// the text, and any other value becomes a parameter. Placeholders get their numbers when the whole statement is made.
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

/** A fragment. Each of its nested fragments keeps its placeholder numbers when a statement contains it twice. */
export const sql = (strings: TemplateStringsArray, ...values: unknown[]): Sql => new Sql(strings, values);

/** Text from the source code, such as the name of a column; never text from a request. */
export const raw = (text: string): Sql => new Sql([text], []);

/** A value that a statement contains several times and sends once. */
export const parameter = (value: unknown): Sql => new Sql(["", ""], [value]);

export const join = (fragments: readonly Sql[], separator: string): Sql =>
  new Sql(["", ...fragments.map((_, i) => (i === fragments.length - 1 ? "" : separator))], fragments);

/** Holds if every condition holds, so always if there are none. */
export const allOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? raw("true") : join(conditions, " and ");

/** A whole statement: the query config of pg. */
export function statement(strings: TemplateStringsArray, ...values: unknown[]): { text: string; values: unknown[] } {
  const parameters: unknown[] = [];
  const text = render(new Sql(strings, values), (value) => `$${parameters.push(value)}`);
  return { text, values: parameters };
}

/** The text with its values as literals, for COPY, which takes no parameters.
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
