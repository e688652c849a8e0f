// Checks whether PostgreSQL can store a string. PostgreSQL accepts neither NUL nor lone surrogates, which UTF-8 cannot encode.

export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

export const NOT_STORABLE = "The value contains a NUL character or a lone surrogate. Remove that character.";

/** Whether PostgreSQL can store all member names and strings in a JSON value. */
export const holdsStorable = (value: unknown): boolean => {
  if (typeof value === "string") return isStorable(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, member]) => isStorable(name) && holdsStorable(member));
};
