// Checks whether PostgreSQL can store a string. PostgreSQL accepts neither NUL nor lone surrogates, which UTF-8 cannot encode.
import { UNUSABLE_ATTRIBUTE_NAME } from "./catalog/product-limits.ts";

export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

export const NOT_STORABLE = "The value contains a NUL character or a lone surrogate. Remove that character.";

/** Whether PostgreSQL can store all member names and strings in a JSON value. */
export const holdsStorable = (value: unknown): boolean => {
  if (typeof value === "string") return isStorable(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, member]) => isStorable(name) && holdsStorable(member));
};

/** Returns an error message if the JSON value contains a member with the name `__proto__`. Copying such a member to another object would
 * set the prototype of that object instead, so the member would be lost.
 * @returns undefined if the value contains no member with this name */
export function unusableMember(value: unknown, path: readonly string[] = []): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (name === UNUSABLE_ATTRIBUTE_NAME) {
      const where = path.length === 0 ? "" : ` in ${path.join(".")}`;
      return `The name "${UNUSABLE_ATTRIBUTE_NAME}"${where} cannot be used. Choose another name.`;
    }
    const found = unusableMember(member, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}
