// Compiles the names of attributes, which may contain columns and placeholders: `price-{currency}`.
import { MAX_ATTRIBUTE_NAME_CHARACTERS, UNUSABLE_ATTRIBUTE_NAME } from "../../../../contract/catalog/product-limits.ts";
import type { Value } from "../../../../contract/mapping/mapping.ts";
import type { Problem } from "../../../../contract/problems.ts";
import { countCharacters } from "../../../catalog/product/product.ts";
import { isReservedName } from "../../../catalog/product/reserved-names.ts";
import type { AttributeNode, NamePart, ValueNode } from "../plan.ts";
import { parseTemplate } from "../steps/template.ts";
import { compileValue, type CompileContext } from "./compile-value.ts";
import { invalidMapping } from "./invalid.ts";
import { because } from "../../../../contract/problem-reasons.ts";

export function compileAttributes(
  context: CompileContext,
  attributes: Readonly<Record<string, Value>>,
): AttributeNode[] {
  refuseEqualNames(Object.keys(attributes));
  return Object.entries(attributes).flatMap(([name, value]): AttributeNode[] => {
    const statement = `attributes.${name}`;
    const node = compileValue(context, value, { statement, trim: false });
    return node === null ? [] : [{ name: nameOf(context, name, node, statement), value: node }];
  });
}

/** @throws Problem `mapping-invalid` if two names differ only by blanks, because one of the values would be lost */
function refuseEqualNames(names: readonly string[]): void {
  const known = new Map<string, string>();
  for (const name of names) {
    const trimmed = name.trim();
    const other = known.get(trimmed);
    if (other !== undefined)
      throw invalidMapping(
        `attributes.${name}`,
        `the names "${other}" and "${name}" differ only by blanks, so both are the attribute "${trimmed}"; remove one of them`,
        because("mapping-equal-names", { first: other, second: name }),
      );
    known.set(trimmed, name);
  }
}

function nameOf(context: CompileContext, name: string, value: ValueNode, statement: string): string | NamePart[] {
  const tokens = name.includes("{") ? parseTemplate(name) : [];
  if (typeof tokens === "string") throw invalidMapping(statement, tokens, because("mapping-template"));
  if (!tokens.some((token) => "hole" in token)) return checkedName(name, statement);
  const holes = holesOf(value);
  return tokens.map((token): NamePart => {
    if ("literal" in token) return { text: token.literal };
    if (holes.has(token.hole)) return { hole: token.hole };
    const column = context.file.find(token.hole);
    if (column === -1)
      throw invalidMapping(
        statement,
        `{${token.hole}} is neither a column of the file nor a placeholder of the value's template`,
        because("mapping-unknown-placeholder", { placeholder: `{${token.hole}}` }),
      );
    context.file.note([column]);
    context.used.add(column);
    return context.file.lists.has(column) ? { column, is_list: true } : { column };
  });
}

export function checkedName(name: string, statement: string): string {
  const trimmed = name.trim();
  if (trimmed === "" || trimmed === UNUSABLE_ATTRIBUTE_NAME)
    throw invalidMapping(
      statement,
      `"${name}" cannot be the name of an attribute`,
      because("mapping-attribute-name", { name }),
    );
  if (isReservedName(trimmed)) throw reservedName(trimmed, statement);
  if (countCharacters(trimmed) > MAX_ATTRIBUTE_NAME_CHARACTERS)
    throw invalidMapping(
      statement,
      `the name is longer than ${MAX_ATTRIBUTE_NAME_CHARACTERS} characters`,
      because("mapping-attribute-name", { name: trimmed }),
    );
  return trimmed;
}

export const reservedName = (name: string, statement: string): Problem =>
  invalidMapping(
    statement,
    `"${name}" cannot be the name of an attribute, because it is the name of another column`,
    because("mapping-reserved-name", { name }),
  );

/** The placeholders in the template of the value's own `like` step. Templates of its sources do not count, because the value may be read
 * from a source without a template. */
function holesOf({ steps }: ValueNode): Set<string> {
  const like = steps.find((step) => step.step === "like");
  return new Set(like?.template.flatMap((token) => ("hole" in token && token.hole !== "*" ? [token.hole] : [])) ?? []);
}
