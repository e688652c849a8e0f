// Times as PostgreSQL takes them, whatever the offset they came with.

/** An ISO 8601 time with offset in UTC, its fraction of a second as it stood up to microseconds. */
export function utcInstant(text: string): string {
  const [, seconds = "", fraction = "", offset = ""] = /^(.*?)(\.\d+)?(Z|[+-][\d:]+)$/i.exec(text) ?? [];
  const instant = new Date(`${seconds}${offset}`).toISOString();
  return instant.replace(/\.000Z$/, `${fraction.slice(0, 7)}Z`);
}
