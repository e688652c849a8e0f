// Texts that PostgreSQL stores as they are: it takes no NUL, and UTF-8 has no code for half of a surrogate pair.

export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

export const NOT_STORABLE = "It holds a NUL character or half a character (a lone surrogate). Remove it.";

/** Whether all names and texts in a JSON value are storable. */
export const holdsStorable = (value: unknown): boolean => {
  if (typeof value === "string") return isStorable(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, member]) => isStorable(name) && holdsStorable(member));
};
