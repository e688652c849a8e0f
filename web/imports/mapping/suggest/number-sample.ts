// Recognizes how the numbers of a column are written, and returns a sample number that shows it.

interface Written {
  /** The separators in the number, from left to right. */
  signs: string[];
  /** Number of digits after the last separator. */
  last_digits: number;
  starts_with_zero: boolean;
  unit: string;
  is_unit_first: boolean;
}

const NUMBER = /^[+\u2212-]?\s?([\p{L}\p{Sc}%]{0,5})\s?(\d[\d.,' \u00a0\u202f\u2009\u2019]*)\s?([\p{L}\p{Sc}%]{0,5})$/u;
/** Letters directly before a digit, as in the code `H00007`. */
const PREFIX = /\p{L}\d/u;
const BLANKS = /[\u00a0\u202f\u2009]/g;

/** Minimum share of values that must be numbers. If the user accepts the suggested sample, the preview rejects the other values. */
const NEEDED = 0.8;

/** Returns a sample in the notation of the numbers, such as `1.234,56`.
 * @returns undefined if the values are not numbers, if the decimal separator is unclear, or if the numbers are plain, such as `12.5` */
export function numberSample(values: readonly string[]): string | undefined {
  const numbers = values.map(readNumber).filter((number) => number !== undefined);
  if (numbers.length < values.length * NEEDED || (values.length < 5 && numbers.length < values.length))
    return undefined;
  const [first] = numbers;
  if (first === undefined || numbers.some(({ unit }) => unit !== first.unit)) return undefined;
  const separators = separatorsOf(numbers);
  if (separators === undefined) return undefined;
  const { decimal, group } = separators;
  const isPlain = group === "" && decimal !== "," && first.unit === "";
  if (isPlain) return undefined;
  const whole = `1${group === "" && decimal === "," ? "." : group}234`;
  const sample = decimal === "" ? whole : `${whole}${decimal}56`;
  if (first.unit === "") return sample;
  return first.is_unit_first ? `${first.unit} ${sample}` : `${sample} ${first.unit}`;
}

function readNumber(text: string): Written | undefined {
  const [, before = "", digits, after = ""] = NUMBER.exec(text) ?? [];
  if (digits === undefined || (before !== "" && after !== "") || PREFIX.test(text)) return undefined;
  const parts = digits
    .replace(BLANKS, " ")
    .replaceAll("\u2019", "'")
    .trim()
    .split(/([.,' ])/);
  const signs = parts.filter((_, i) => i % 2 === 1);
  if (parts.some((part, i) => i % 2 === 0 && part === "")) return undefined;
  const digitsOf = parts.filter((_, i) => i % 2 === 0);
  // Every group between separators must have three digits. The first group and the decimal places may have any number of digits.
  const groups = digitsOf.slice(1, signs.at(-1) === signs.at(-2) ? undefined : -1);
  if (groups.some((group) => group.length !== 3) && signs.length > 1) return undefined;
  const [lead = ""] = parts;
  const last = parts.at(-1) ?? "";
  return {
    signs,
    last_digits: last.length,
    starts_with_zero: lead.startsWith("0"),
    unit: before || after,
    is_unit_first: before !== "",
  };
}

/** Finds the decimal separator and the group separator in all numbers together. */
function separatorsOf(numbers: readonly Written[]): { decimal: string; group: string } | undefined {
  let decimal = "";
  let group = "";
  for (const { signs, last_digits, starts_with_zero } of numbers) {
    const last = signs.at(-1);
    if (last === undefined) continue;
    const isDecimal =
      signs.length === 1 ? last_digits !== 3 || starts_with_zero : signs.filter((sign) => sign === last).length === 1;
    if (!isDecimal) {
      if (signs.length > 1 || last === " " || last === "'") group ||= last;
      continue;
    }
    if (last === " " || last === "'" || (decimal !== "" && decimal !== last)) return undefined;
    decimal = last;
    const [first] = signs;
    if (signs.length > 1 && first !== undefined) group ||= first;
  }
  if (decimal === "" && group === "") {
    // If three digits follow every separator, as in `1.234`, the separator may be for decimals or for groups.
    return numbers.some(({ signs }) => signs.length > 0) ? undefined : { decimal, group };
  }
  return group === decimal ? undefined : { decimal, group };
}
