// Matches texts with templates. A placeholder (`hole` in names) matches as little as it can. Matching takes time in proportion to the length
// of the text times the number of the template's parts, whatever the text contains.
import type { HoleKind, Token } from "./template.ts";

export interface Template {
  tokens: readonly Token[];
  /** Names of the template's placeholders, from the first to the last. */
  holes: readonly string[];
}

export const compileTemplate = (tokens: readonly Token[]): Template => ({
  tokens,
  holes: tokens.flatMap((token) => ("hole" in token ? [token.hole] : [])),
});

/** Returns the texts of the named placeholders, or undefined if the text does not match. */
export function matchTemplate({ tokens }: Template, text: string): Map<string, string> | undefined {
  const ends = matchQuickly(tokens, text) ?? matchThoroughly(tokens, text);
  if (ends === undefined) return undefined;
  const found = new Map<string, string>();
  let start = 0;
  tokens.forEach((token, index) => {
    const end = ends[index] as number;
    if ("hole" in token && token.hole !== "*") found.set(token.hole, text.slice(start, end));
    start = end;
  });
  return found;
}

/** Matches each literal at its first possible position. Returns the end of each token, or undefined if the text does not match in this
 * way. */
function matchQuickly(tokens: readonly Token[], text: string): number[] | undefined {
  const ends: number[] = [];
  let at = 0;
  for (let t = 0; t < tokens.length; t++) {
    const token = tokens[t] as Token;
    if ("literal" in token) {
      if (!text.startsWith(token.literal, at)) return undefined;
      at += token.literal.length;
    } else {
      const end = holeEnd(tokens, t, text, at);
      if (end === -1 || !fits(token.kind, text, at, end)) return undefined;
      at = end;
    }
    ends.push(at);
  }
  return at === text.length ? ends : undefined;
}

/**
 * Returns the end of a placeholder: the position at which the next literal begins. If this literal is the last part of the template, it
 * must be at the end of the text.
 */
function holeEnd(tokens: readonly Token[], t: number, text: string, at: number): number {
  const next = tokens[t + 1];
  if (next === undefined || !("literal" in next)) return next === undefined ? text.length : -1;
  if (t + 2 < tokens.length) return text.indexOf(next.literal, at);
  const end = text.length - next.literal.length;
  return end >= at ? end : -1;
}

function fits(kind: HoleKind, text: string, start: number, end: number): boolean {
  if (kind === "any") return true;
  if (end === start) return false;
  for (let i = start; i < end;) {
    const code = text.codePointAt(i) as number;
    if (!isOfKind(kind, code)) return false;
    i += code > 0xffff ? 2 : 1;
  }
  return true;
}

/**
 * Goes through the tokens from the last to the first. For each token, computes the positions in the text from which this token and all
 * following tokens match the rest of the text.
 */
function matchThoroughly(tokens: readonly Token[], text: string): number[] | undefined {
  const hasKinds = tokens.some((token) => "hole" in token && token.kind !== "any");
  // If all placeholders match any text, `matchQuickly` finds a match whenever there is one. It has found none here, so there is none.
  if (!hasKinds) return undefined;
  const length = text.length;
  let rest = new Uint8Array(length + 1);
  rest[length] = 1;
  const rests = [rest];
  for (let t = tokens.length - 1; t >= 0; t--) {
    rest = restOf(tokens[t] as Token, text, rest);
    rests.unshift(rest);
  }
  if ((rests[0] as Uint8Array)[0] !== 1) return undefined;
  return shortestEnds(tokens, rests);
}

function restOf(token: Token, text: string, next: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = text;
  const rest = new Uint8Array(length + 1);
  if ("literal" in token) {
    for (let i = length - token.literal.length; i >= 0; i--)
      if (next[i + token.literal.length] === 1 && text.startsWith(token.literal, i)) rest[i] = 1;
    return rest;
  }
  // At position i, `inside` is 1 if a placeholder that has begun before i may end at i or later.
  let inside = next[length] as number;
  if (token.kind === "any") rest[length] = inside;
  for (let i = length - 1; i >= 0; i--) {
    const belongs = isOfKind(token.kind, text.codePointAt(i) as number) || isLowSurrogate(text, i);
    const through = belongs ? inside : 0;
    inside = (next[i] as number) | through;
    rest[i] = token.kind === "any" ? inside : through;
  }
  return rest;
}

/** The end of each token, with every placeholder as short as possible. */
function shortestEnds(tokens: readonly Token[], rests: readonly Uint8Array[]): number[] {
  let at = 0;
  return tokens.map((token, t) => {
    const next = rests[t + 1] as Uint8Array;
    if ("literal" in token) return (at += token.literal.length);
    if (token.kind !== "any") at++;
    while (next[at] !== 1) at++;
    return at;
  });
}

const isLowSurrogate = (text: string, i: number): boolean => (text.charCodeAt(i) & 0xfc00) === 0xdc00;

const LETTER = /^\p{L}$/u;

/** Whether each character up to U+FFFF is a letter: 0 if not determined yet, 1 if it is not a letter, 2 if it is a letter. Reading this
 * table is much faster than testing the regular expression LETTER. */
const letters = new Uint8Array(0x10000);

function isLetter(code: number): boolean {
  if (code > 0xffff) return LETTER.test(String.fromCodePoint(code));
  if (letters[code] === 0) letters[code] = LETTER.test(String.fromCodePoint(code)) ? 2 : 1;
  return letters[code] === 2;
}

function isOfKind(kind: HoleKind, code: number): boolean {
  switch (kind) {
    case "any":
      return true;
    case "digits":
      return code >= 0x30 && code <= 0x39;
    case "letters":
      return code < 0x80 ? (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a : isLetter(code);
    case "number":
      return (code >= 0x30 && code <= 0x39) || NUMBER_SIGNS.has(code);
  }
}

/** The characters of a number other than digits: signs, separators and blanks. */
const NUMBER_SIGNS: ReadonlySet<number> = new Set(
  Array.from("+-.,' \u00a0\u202f\u2009\u2019\u2212", (sign) => sign.charCodeAt(0)),
);
