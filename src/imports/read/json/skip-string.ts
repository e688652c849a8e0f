// Skips a string of JSON in a buffer that may end within it.

/** Returns the position after the string whose characters begin at `from`. If the buffer ends within the string, returns where to continue
 * with the next chunk. */
export function skipString(buffer: string, from: number): { at: number; is_end: boolean } {
  for (let at = from; ;) {
    const end = buffer.indexOf('"', at);
    const to = end === -1 ? buffer.length : end;
    let escape = to;
    while (escape > at && buffer.charCodeAt(escape - 1) === 92) escape--;
    const isEscaped = (to - escape) % 2 === 1;
    // Keep a backslash at the end of the buffer, because it escapes the first character of the next chunk.
    if (end === -1) return { at: to - (isEscaped ? 1 : 0), is_end: false };
    at = end + 1;
    if (!isEscaped) return { at, is_end: true };
  }
}
