// Converts times to a form that PostgreSQL accepts, whatever offset the client sent.

/** Converts an ISO 8601 time with offset to UTC and keeps its fraction of a second, up to microseconds. */
export function utcInstant(text: string): string {
  const [, seconds = "", fraction = "", offset = ""] = /^(.*?)(\.\d+)?(Z|[+-][\d:]+)$/i.exec(text) ?? [];
  const instant = new Date(`${seconds}${offset}`).toISOString();
  return instant.replace(/\.000Z$/, `${fraction.slice(0, 7)}Z`);
}
