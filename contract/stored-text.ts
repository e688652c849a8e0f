// Checks that PostgreSQL can store a text unmodified: it accepts neither NUL nor lone surrogates, which UTF-8 cannot encode.

export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

export const NOT_STORABLE = "It contains a NUL character or a lone surrogate. Remove it.";

/** Checks all member names and texts in a JSON value. */
export const holdsStorable = (value: unknown): boolean => {
  if (typeof value === "string") return isStorable(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, member]) => isStorable(name) && holdsStorable(member));
};
