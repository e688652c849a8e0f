// Templates such as `{value:number} {currency:letters}`: literals and placeholders that match a whole text.

/** The kind of text that a placeholder matches. */
export type HoleKind = "any" | "number" | "digits" | "letters";
/** A literal, or a placeholder (`hole`). A placeholder without a name is `{*}`. */
export type Token = { literal: string } | { hole: string; kind: HoleKind };

/** Limits the memory that matching a long text needs. */
export const MAX_TOKENS = 40;

const HOLE = /\{(\*|[^{}:*]{1,100}(?::(?:number|digits|letters))?)\}/gu;

/** Returns the tokens of a template, or a text that describes why the template is not valid. */
export function parseTemplate(text: string): Token[] | string {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(HOLE)) {
    if (match.index > at) tokens.push({ literal: text.slice(at, match.index) });
    else if (at > 0 && tokens.at(-1) !== undefined && "hole" in (tokens.at(-1) as Token))
      return "two placeholders need a text between them";
    tokens.push(holeOf(match[1] as string));
    at = match.index + match[0].length;
  }
  if (at < text.length) tokens.push({ literal: text.slice(at) });
  const names = tokens.flatMap((token) => ("hole" in token && token.hole !== "*" ? [token.hole] : []));
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) return `the placeholder {${repeated}} occurs twice`;
  return tokens.length > MAX_TOKENS ? `it has more than ${MAX_TOKENS} parts` : tokens;
}

function holeOf(text: string): Token {
  const colon = text.lastIndexOf(":");
  return colon === -1
    ? { hole: text, kind: "any" }
    : { hole: text.slice(0, colon), kind: text.slice(colon + 1) as HoleKind };
}
