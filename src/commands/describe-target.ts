// Describes in words, for the command line, what a column of a file becomes.
import type { Column } from "../../contract/imports/imports.ts";
import { oneLine } from "../terminal.ts";

/** Returns, for example, `sku`, `attribute, used for name` or `used for sku`. */
export function describeTarget({ target, used_for: uses = [], remembered }: Column): string {
  const used = uses.length === 0 ? [] : [`used for ${uses.map(oneLine).join(", ")}`];
  return [
    ...(target === "used" && uses.length > 0 ? [] : [target]),
    ...used,
    ...(remembered === true ? ["remembered from an earlier import"] : []),
  ].join(", ");
}
