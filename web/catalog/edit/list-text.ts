// The text in which a list is edited.

/** One element per line, or JSON if an element contains a line break or looks like JSON. */
export function listText(list: readonly string[]): string {
  const lines = list.join("\n");
  const parsed = parseListText(lines);
  const isSame = parsed.length === list.length && parsed.every((element, at) => element === list[at]);
  return isSame ? lines : JSON.stringify(list);
}

/** Parses one element per line, or JSON. Blank lines are left out. */
export function parseListText(text: string): string[] {
  return parseJsonList(text) ?? text.split(/\r\n|\r|\n/).filter((line) => line !== "");
}

function parseJsonList(text: string): string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const list = JSON.parse(text) as unknown;
    const isList = Array.isArray(list) && list.every((element) => typeof element === "string" && element !== "");
    return isList ? (list as string[]) : undefined;
  } catch {
    return undefined;
  }
}
