// Where in a raw record the value at fault stands.

/** The record in three pieces; the middle one is empty where the value cannot be pointed at for certain. */
export function markValue(raw: string, value: string | null): { before: string; fault: string; after: string } {
  const at = value === null || value === "" ? -1 : raw.indexOf(value);
  // Twice the same text: marking the first would be a guess.
  if (value === null || at === -1 || raw.includes(value, at + 1)) return { before: raw, fault: "", after: "" };
  return { before: raw.slice(0, at), fault: value, after: raw.slice(at + value.length) };
}
