// Converts times to a form that PostgreSQL accepts, whatever offset the client sent.

/** Converts an ISO 8601 time with offset to UTC and keeps its fraction of a second, up to microseconds. */
export function utcInstant(text: string): string {
  const [, seconds = "", fraction = "", offset = ""] = /^(.*?)(\.\d+)?(Z|[+-][\d:]+)$/i.exec(text) ?? [];
  const instant = new Date(`${seconds}${offset}`).toISOString();
  return instant.replace(/\.000Z$/, `${fraction.slice(0, 7)}Z`);
}

/** Converts a time of a request to one that PostgreSQL accepts. JavaScript accepts the year 0 and more UTC offsets than PostgreSQL. */
export function instantOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const utc = utcInstant(text);
  return /^(-|0000)/.test(utc) ? "-infinity" : utc;
}
