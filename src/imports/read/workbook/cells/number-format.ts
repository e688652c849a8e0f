// Reads the number formats of a workbook's cells (ECMA-376, 18.8.30 and 18.8.31). Three properties matter for an import: whether a format
// displays a date or time, whether it displays a code, that is a number padded with zeros, and whether it displays a percentage.

/** Whether a number is displayed as a plain number, a date, a time or a duration. */
export type NumberKind = "plain" | "date" | "time" | "duration";

/** A section of a format, for the numbers that meet its condition. */
export interface FormatSection {
  condition: Condition | undefined;
  /** How a number is displayed: as a kind of number, as a percentage, or with the pattern of a code. In a pattern, DIGIT, OPTIONAL_DIGIT
   * and POINT are placeholders. All other characters are literals. */
  shows: NumberKind | Percentage | { code: string };
}

/** The texts around a percentage: a percent sign, with or without a blank. */
export interface Percentage {
  before: string;
  after: string;
}

interface Condition {
  operator: string;
  limit: number;
}

/** For the most frequent formats, only a kind, or the number of digits to which numbers are padded with zeros. */
export type NumberFormat = NumberKind | number | readonly FormatSection[];

/** A digit that is displayed even if it is an insignificant zero. */
export const DIGIT = "\u0001";
/** A digit that is displayed only if it is significant. */
export const OPTIONAL_DIGIT = "\u0002";
export const POINT = "\u0003";

const ONLY_DIGITS = /^\u0001+$/;

/** Maximum length of a format code. Excel allows only 255 characters. */
const MAX_CODE_LENGTH = 500;
/** Maximum number of sections for numbers. A fourth section applies to text. */
const MAX_SECTIONS = 3;

/** Returns the format with this number, for formats that a workbook refers to by number only, including those of East Asian and
 * Thai dates. Formats 34 and 35 are dates or times, depending on the language; the kind "date" fits both. */
export function builtInFormat(id: number): NumberFormat {
  const isBetween = (first: number, last: number): boolean => id >= first && id <= last;
  if (id === 46 || id === 79) return "duration";
  if (isBetween(18, 21) || isBetween(32, 33) || id === 45 || id === 47) return "time";
  if (id === 75 || id === 76 || id === 78 || id === 80) return "time";
  if (id === 9 || id === 10) return [{ condition: undefined, shows: { before: "", after: "%" } }];
  if (isBetween(14, 17) || id === 22 || isBetween(27, 36) || isBetween(50, 58) || isBetween(71, 81)) return "date";
  return "plain";
}

/** Reads a format code such as `dd/mm/yyyy`, `"ART-"0000` or `#,##0.00 "kg"`. */
export function formatOfCode(code: string): NumberFormat {
  const sections = splitSections(code.slice(0, MAX_CODE_LENGTH));
  const read = sections.slice(0, MAX_SECTIONS).map(readSection);
  if (read.some(({ condition }) => condition !== undefined)) return read;
  const first = read[0]?.shows ?? "plain";
  if (typeof first === "string") return read.every(({ shows }) => shows === first) ? first : read;
  return read.length === 1 && "code" in first && ONLY_DIGITS.test(first.code) ? first.code.length : read;
}

/** Returns the section that applies to `value`, if any. */
export function sectionOf(sections: readonly FormatSection[], value: number): FormatSection | undefined {
  if (sections.some(({ condition }) => condition !== undefined)) {
    return sections.find(({ condition }) => condition === undefined || meets(value, condition));
  }
  const [positive, negative = positive, zero = positive] = sections;
  if (value === 0) return zero;
  return value < 0 ? negative : positive;
}

function meets(value: number, { operator, limit }: Condition): boolean {
  switch (operator) {
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    case "<>":
      return value !== limit;
    default:
      return value === limit;
  }
}

interface Token {
  kind: "literal" | "bracket" | "word" | "sign";
  text: string;
}

/** Splits a format code into sections of tokens. The section for text is dropped. */
function splitSections(code: string): Token[][] {
  const sections: Token[][] = [[]];
  for (let at = 0; at < code.length;) {
    const { token, end } = readToken(code, at);
    at = end;
    if (token.kind === "sign" && token.text === ";") sections.push([]);
    else sections.at(-1)?.push(token);
  }
  const numeric = sections.filter((tokens) => !tokens.some(({ kind, text }) => kind === "sign" && text === "@"));
  return numeric.length === 0 ? [[]] : numeric;
}

/** Reads the token at `at`. In an unclosed quote or bracket, everything up to the end belongs to the token. */
function readToken(code: string, at: number): { token: Token; end: number } {
  const enclosed = (kind: Token["kind"], close: string): { token: Token; end: number } => {
    const found = code.indexOf(close, at + 1);
    const end = found < 0 ? code.length : found;
    return { token: { kind, text: code.slice(at + 1, end) }, end: end + 1 };
  };
  const char = code[at] as string;
  if (char === '"') return enclosed("literal", '"');
  if (char === "[") return enclosed("bracket", "]");
  if (char === "\\") return { token: { kind: "literal", text: code[at + 1] ?? "" }, end: at + 2 };
  // `_x` is a space as wide as x, and `*x` fills the cell with x. Neither is part of a value.
  if (char === "_" || char === "*") return { token: { kind: "literal", text: "" }, end: at + 2 };
  let end = at + 1;
  if (!LETTER.test(char)) return { token: { kind: "sign", text: char }, end };
  while (end < code.length && LETTER.test(code[end] as string)) end++;
  return { token: { kind: "word", text: code.slice(at, end) }, end };
}

/** A letter of a word. East Asian characters are single words, as in `yyyy年m月`. */
const LETTER = /(?![\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}])[\p{L}\p{M}]/u;
/** A run of date codes. `General` and `Standard` do not match, because they also have other letters. */
const DATE_CODES = /^(?:y|m|d|h|s)+$/i;
const ELAPSED = /^(?:h+|m+|s+)$/i;

function readSection(tokens: readonly Token[]): FormatSection {
  return { condition: conditionOf(tokens), shows: dateKind(tokens) ?? percentageOf(tokens) ?? codePattern(tokens) };
}

function conditionOf(tokens: readonly Token[]): Condition | undefined {
  for (const { kind, text } of tokens) {
    const found = kind === "bracket" ? /^(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)$/.exec(text) : null;
    if (found !== null) return { operator: found[1] as string, limit: Number(found[2]) };
  }
  return undefined;
}

/** Returns undefined if the section displays a number. */
function dateKind(tokens: readonly Token[]): NumberKind | undefined {
  if (tokens.some(({ kind, text }) => kind === "bracket" && ELAPSED.test(text))) return "duration";
  const codes = tokens.filter(({ kind, text }) => kind === "word" && DATE_CODES.test(text)).map(({ text }) => text);
  if (codes.length === 0 || hasDigits(tokens)) return undefined;
  const letters = codes.join(" ");
  if (/[yd]|m{3}/i.test(letters)) return "date";
  return /[hs]/i.test(letters) ? "time" : "date";
}

/** Whether the section has placeholders for digits, except for the fractions of a second as in `ss.000`. */
function hasDigits(tokens: readonly Token[]): boolean {
  let isFraction = false;
  return tokens.some(({ kind, text }, index) => {
    const previous = tokens[index - 1];
    if (kind === "sign" && (text === "." || text === ",") && previous?.kind === "word" && /s$/i.test(previous.text)) {
      isFraction = true;
      return false;
    }
    if (isFraction && text === "0") return false;
    isFraction = false;
    return kind === "sign" && (text === "0" || text === "#" || text === "?");
  });
}

/** Returns undefined if the section does not show a number as a percentage: it must contain a digit, exactly one percent sign outside
 * quotes, and no exponent. A percent sign in quotes is a literal, and does not change the displayed number. */
function percentageOf(tokens: readonly Token[]): Percentage | undefined {
  const isSign = ({ kind, text }: Token): boolean => kind === "sign" && text === "%";
  const at = tokens.findIndex(isSign);
  const digit = tokens.findIndex(isPlaceholder);
  if (at === -1 || digit === -1 || tokens.findLastIndex(isSign) !== at || tokens.some(isExponent)) return undefined;
  const isBefore = at < digit;
  const neighbour = tokens[isBefore ? at + 1 : at - 1];
  const blank =
    neighbour !== undefined && neighbour.kind !== "bracket" && /^\s$/u.test(neighbour.text) ? neighbour.text : "";
  return isBefore ? { before: `%${blank}`, after: "" } : { before: "", after: `${blank}%` };
}

/** Whether the token is the letter of an exponent, as in `0.00E+00`. */
const isExponent = ({ kind, text }: Token, index: number, tokens: readonly Token[]): boolean => {
  const next = tokens[index + 1]?.text;
  return kind === "word" && /^e$/i.test(text) && (next === "+" || next === "-");
};

/** Returns the pattern of a code, such as 00000: a section with at least two zeros before the decimal point. Returns "plain" for any
 * other number, such as an amount with thousands separators, a percentage, a fraction or a number with an exponent. */
function codePattern(tokens: readonly Token[]): "plain" | { code: string } {
  let code = "";
  let zeros = 0;
  let hasPoint = false;
  if (tokens.some(isExponent)) return "plain";
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind === "bracket") code += currencyOf(text);
    else if (kind === "literal") code += withoutPlaceholders(text);
    else if (kind === "word") code += text;
    else if (text === "%" || text === ",") return "plain";
    else if (text === "/" && isPlaceholder(tokens[index + 1])) return "plain";
    else if (text === "0") {
      code += DIGIT;
      if (!hasPoint) zeros++;
    } else if (text === "#" || text === "?") code += OPTIONAL_DIGIT;
    else if (text === "." && !hasPoint) {
      code += POINT;
      hasPoint = true;
    } else code += withoutPlaceholders(text);
  }
  return zeros >= 2 ? { code } : "plain";
}

const isPlaceholder = (token: Token | undefined): boolean =>
  token?.kind === "sign" && (token.text === "0" || token.text === "#" || token.text === "?");

/** Returns the text that a bracket such as `[$EUR-407]` displays. Colours, conditions and languages display nothing. */
function currencyOf(bracket: string): string {
  if (!bracket.startsWith("$")) return "";
  return withoutPlaceholders(bracket.slice(1).replace(/-[0-9a-f]*$/i, ""));
}

const withoutPlaceholders = (text: string): string => text.replace(/[\u0001-\u0003]/g, "");
