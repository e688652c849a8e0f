// Converts numbers that are written like a sample such as `1.234,56`. The digits are moved as text: a number never becomes a double, so it
// keeps all its digits.

export interface NumberFormat {
  /** The decimal separator, or an empty string if the sample has no decimal places. */
  decimal: string;
  /** The group separator, or an empty string if the sample has no groups. A blank represents all kinds of blanks. */
  group: string;
  /** Whether groups may have two digits, as in 12,34,567. */
  short_groups: boolean;
  /** The currency sign of the sample: the only one that a number may have. An empty string allows all currency signs. */
  currency: string;
  /** Words that may precede or follow the number, such as `EUR`, in lower case. */
  units: string[];
  sample: string;
}

export const PLAIN_NUMBER: NumberFormat = {
  decimal: ".",
  group: "",
  short_groups: false,
  currency: "",
  units: [],
  sample: "1234.56",
};

const MAX_SAMPLE = 60;
/** Maximum number of characters of a number: more than any price has, and few enough for loops over all characters. */
const MAX_NUMBER = 400;
const DECIMALS = [".", ",", "\u066b"];
const BLANKS: ReadonlySet<string> = new Set([" ", "\u00a0", "\u202f", "\u2009"]);
const APOSTROPHES: ReadonlySet<string> = new Set(["'", "\u2019"]);

/** Replaces every kind of blank by the ASCII blank, and every kind of apostrophe by the ASCII apostrophe. */
const plainSeparator = (sign: string): string => (BLANKS.has(sign) ? " " : APOSTROPHES.has(sign) ? "'" : sign);
const isDigit = (sign: string | undefined): boolean => sign !== undefined && sign >= "0" && sign <= "9";

/** Returns the format that the sample shows, or a text that describes why it shows no format. */
export function parseNumberSample(sample: string): NumberFormat | string {
  const trimmed = sample.trim();
  if (trimmed.length > MAX_SAMPLE) return "the sample is too long";
  const bounds = digitBounds(trimmed);
  if (bounds === undefined) return `"${sample}" is not a number; use a sample such as 1.234,56`;
  const [start, end] = bounds;
  const words = [trimmed.slice(0, start), trimmed.slice(end)].map((word) =>
    word.replace(/^[\s+\u2212-]+|[\s+\u2212-]+$/gu, "").toLowerCase(),
  );
  const currency = words.find(isCurrencySign) ?? "";
  const units = words.filter((word) => word !== "" && word !== currency);
  const parts: string[] = [];
  const signs: string[] = [];
  let digits = "";
  for (const sign of trimmed.slice(start, end)) {
    if (isDigit(sign)) {
      digits += sign;
      continue;
    }
    signs.push(plainSeparator(sign));
    parts.push(digits);
    digits = "";
  }
  parts.push(digits);
  const separators = separatorsOf(parts, signs);
  return typeof separators === "string"
    ? `"${sample}" ${separators}`
    : { ...separators, currency, units, sample: trimmed };
}

/** The bounds of the text from the first digit to the last one; a decimal separator may precede the first digit. */
function digitBounds(text: string): [number, number] | undefined {
  let start = 0;
  while (start < text.length && !isDigit(text[start])) start++;
  let end = text.length;
  while (end > start && !isDigit(text[end - 1])) end--;
  return start === end ? undefined : [start, end];
}

/** @param parts the digits between the separators */
function separatorsOf(
  parts: readonly string[],
  signs: readonly string[],
): Pick<NumberFormat, "decimal" | "group" | "short_groups"> | string {
  const kinds = new Set(signs);
  const last = signs.at(-1);
  if (last === undefined) return { decimal: "", group: "", short_groups: false };
  if (parts.some((part) => part === "")) return "has two separators side by side";
  const hasShort = parts.slice(1, -1).some((part) => part.length === 2);
  if (kinds.size === 1) {
    // A single separator before exactly three digits is a group separator, as in 1.234. In 0.234 and 1234.567, it is the decimal separator,
    // because the digits before it cannot be a group.
    const isGroup = (parts.at(-1) as string).length === 3 && isGroupStart(parts[0] as string);
    if (signs.length > 1 || isGroup || !DECIMALS.includes(last))
      return areGroups(parts, hasShort)
        ? { decimal: "", group: last, short_groups: hasShort }
        : "does not show which separator is the decimal one";
    return { decimal: last, group: "", short_groups: false };
  }
  const group = signs[0] as string;
  const isSound = kinds.size === 2 && signs.indexOf(last) === signs.length - 1 && DECIMALS.includes(last);
  if (!isSound || !areGroups(parts.slice(0, -1), hasShort)) return "does not show which separator is the decimal one";
  return { decimal: last, group, short_groups: hasShort };
}

const isGroupStart = (digits: string): boolean => digits.length <= 3 && !digits.startsWith("0");

function areGroups(parts: readonly string[], short: boolean): boolean {
  return (
    (parts[0] as string).length <= 3 &&
    parts.slice(1).every((part, i) => part.length === 3 || (short && part.length === 2 && i < parts.length - 2))
  );
}

const CURRENCY = /^\p{Sc}$/u;
/** Currency signs in addition to those in the Unicode category Sc. Most of them are ordinary letters. */
const CURRENCY_LETTERS: ReadonlySet<string> = new Set(["円", "元", "圆", "圓", "원", "₽"]);
const isCurrencySign = (text: string): boolean => CURRENCY_LETTERS.has(text) || CURRENCY.test(text);

/** Returns the number in plain notation, such as `-1234.50`, or undefined if the text is not a number of this format.
 * @param scale moves the decimal point to the right, or to the left if negative */
export function convertNumber(format: NumberFormat, text: string, scale = 0): string | undefined {
  if (text.length > MAX_NUMBER) return undefined;
  const trimmed = text.trim();
  const bare = isDigit(trimmed[0]) && isDigit(trimmed.at(-1)) ? trimmed : stripUnits(format, trimmed);
  if (bare === undefined) return undefined;
  const signed = /^[+\u2212-]\s?/u.exec(bare)?.[0] ?? "";
  const digits = plainDigits(format, bare.slice(signed.length));
  if (digits === undefined) return undefined;
  const scaled = scale === 0 ? digits : movePoint(digits, scale);
  const isNegative = signed !== "" && !signed.startsWith("+") && /[1-9]/.test(scaled);
  return isNegative ? `-${scaled}` : scaled;
}

/**
 * Removes a currency sign, a percent sign or a unit that the sample contains, such as `EUR`, from the start or the end of the text. A minus
 * sign may be before or after the removed text.
 */
function stripUnits(format: NumberFormat, text: string): string | undefined {
  const { decimal } = format;
  const bounds = digitBounds(text);
  if (bounds === undefined) return undefined;
  let [start] = bounds;
  const [, end] = bounds;
  if (decimal !== "" && start > 0 && text[start - 1] === decimal) start--;
  const before = affixOf(text.slice(0, start), format);
  const after = affixOf(withoutDash(text.slice(end), decimal), format);
  if (before === undefined || after === undefined || (before.sign !== "" && after.sign !== "")) return undefined;
  if (before.hasUnit && after.hasUnit) return undefined;
  return `${before.sign || after.sign}${text.slice(start, end)}`;
}

/** Removes a dash in place of the decimal places: `12,-` is 12. */
function withoutDash(text: string, decimal: string): string {
  const dash = decimal !== "" && text.startsWith(decimal) ? /^(?:--?|[\u2013\u2014])/u.exec(text.slice(1)) : null;
  return dash === null ? text : text.slice(1 + dash[0].length);
}

function affixOf(text: string, { units, currency }: NumberFormat): { sign: string; hasUnit: boolean } | undefined {
  const sign = /[+\u2212-]/u.exec(text)?.[0] ?? "";
  const unit = text.replace(sign, "").trim().toLowerCase();
  const isCurrency = currency === "" ? isCurrencySign(unit) : unit === currency;
  if (unit !== "" && unit !== "%" && !units.includes(unit) && !isCurrency) return undefined;
  return { sign, hasUnit: unit !== "" };
}

/** Returns the digits with a decimal point and without groups. */
function plainDigits({ decimal, group, short_groups }: NumberFormat, text: string): string | undefined {
  let whole = "";
  let fraction: string | undefined;
  let inGroup = 0;
  let groups = 0;
  let lastSeparator = "";
  for (const sign of text) {
    if (isDigit(sign)) {
      if (fraction === undefined) {
        whole += sign;
        inGroup++;
      } else fraction += sign;
      continue;
    }
    if (fraction !== undefined) return undefined;
    if (sign === decimal) {
      fraction = "";
    } else if (group !== "" && plainSeparator(sign) === group) {
      // All groups of a number have the same separator: 1 234<NBSP>567 is not one number.
      if (lastSeparator !== "" && sign !== lastSeparator) return undefined;
      if (inGroup === 0 || (groups === 0 ? inGroup > 3 : !isGroup(inGroup, short_groups))) return undefined;
      lastSeparator = sign;
      groups++;
      inGroup = 0;
    } else return undefined;
  }
  if ((groups > 0 && inGroup !== 3) || fraction === "") return undefined;
  if (whole === "" && fraction === undefined) return undefined;
  const digits = whole === "" ? "0" : whole;
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

const isGroup = (digits: number, short: boolean): boolean => digits === 3 || (short && digits === 2);

/** Moves the decimal point and keeps all digits. */
function movePoint(digits: string, scale: number): string {
  const [whole = "", fraction = ""] = digits.split(".");
  if (scale > 0) {
    const moved = fraction.padEnd(scale, "0");
    return tidy(whole + moved.slice(0, scale), moved.slice(scale));
  }
  const padded = whole.padStart(1 - scale, "0");
  return tidy(padded.slice(0, scale), padded.slice(scale) + fraction);
}

const tidy = (whole: string, fraction: string): string => {
  const digits = whole.replace(/^0+(?=\d)/, "");
  return fraction === "" ? digits : `${digits}.${fraction}`;
};
