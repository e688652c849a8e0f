// Converts the values of a column to texts: exact digits for numbers, ISO 8601 for dates and times.
import type { SchemaElement, TimeUnit } from "hyparquet";
import { brokenParquet } from "../parquet-fault.ts";
import type { Leaf } from "../schema.ts";

/** Converts a value of a physical type. */
export interface ValueTexts {
  integer: (value: number | bigint) => string;
  fraction: (value: number) => string;
  /** Returns an empty string for bytes that are not valid text, unless the schema declares the column as text. */
  bytes: (bytes: Buffer, start: number, end: number) => string;
  /** Whether `bytes` only decodes UTF-8, so that the bytes can be copied instead. */
  is_text: boolean;
}

/** Maximum number of digits after the decimal point. Decimals of 256 bits have 76 digits. */
const MAX_SCALE = 100;
/** Maximum number of bytes of a decimal. Converting takes quadratic time. */
const MAX_DECIMAL_BYTES = 64;

export function valueTexts({ element, name }: Leaf): ValueTexts {
  const bytes = bytesText(element, name);
  return { integer: integerText(element, name), fraction: fractionText(element), bytes, is_text: bytes === utf8Text };
}

function scaleOf(
  { converted_type: converted, logical_type: logical, scale }: SchemaElement,
  name: string,
): number | undefined {
  if (converted !== "DECIMAL" && logical?.type !== "DECIMAL") return undefined;
  const places = (logical?.type === "DECIMAL" ? logical.scale : undefined) ?? scale ?? 0;
  if (Math.abs(places) <= MAX_SCALE) return places;
  throw brokenParquet(`Its column "${name.slice(0, 100)}" has numbers with ${places} decimal places.`);
}

function integerText(element: SchemaElement, name: string): (value: number | bigint) => string {
  const scale = scaleOf(element, name);
  if (scale !== undefined) return (value) => decimalText(value, scale);
  const { logical_type: logical, converted_type: converted } = element;
  switch (logical?.type) {
    case "DATE":
      return dateText;
    case "TIME":
      return (value) => timeText(value, logical.unit);
    case "TIMESTAMP":
      return (value) => timestampText(value, logical.unit, logical.isAdjustedToUTC);
    case "INTEGER":
      return logical.isSigned ? String : unsigned(logical.bitWidth);
    default:
  }
  switch (converted) {
    case "DATE":
      return dateText;
    case "TIME_MILLIS":
      return (value) => timeText(value, "MILLIS");
    case "TIME_MICROS":
      return (value) => timeText(value, "MICROS");
    case "TIMESTAMP_MILLIS":
      return (value) => timestampText(value, "MILLIS", true);
    case "TIMESTAMP_MICROS":
      return (value) => timestampText(value, "MICROS", true);
    case "UINT_8":
    case "UINT_16":
    case "UINT_32":
    case "UINT_64":
      return unsigned(Number(converted.slice(5)));
    default:
      // Old programs write nanoseconds in 96 bits.
      return element.type === "INT96" ? (value) => timestampText(value, "NANOS", false) : String;
  }
}

const unsigned =
  (bits: number) =>
  (value: number | bigint): string =>
    value >= 0 ? String(value) : String(BigInt.asUintN(bits === 64 ? 64 : 32, BigInt(value)));

/** Writes an integer with a decimal point before its last `scale` digits. */
export function decimalText(value: number | bigint, scale: number): string {
  const text = String(value);
  if (scale <= 0) return value === 0 || value === 0n ? "0" : text + "0".repeat(-scale);
  const digits = text.replace("-", "").padStart(scale + 1, "0");
  return `${value < 0 ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const DAY_MS = 86_400_000;
/** First and last day of the years 0000 to 9999, in days since 1970-01-01. */
const MIN_DAY = -719_528;
const MAX_DAY = 2_932_896;

/** The dates that were converted last. Tables have few different dates. */
const dates = new Map<number, string>();
const MAX_DATES = 4096;

/** Writes a day as a date, such as `2024-01-31`. For a day before the year 0 or after the year 9999, returns the number of the day. */
function dateText(day: number | bigint): string {
  const number = Number(day);
  const known = dates.get(number);
  if (known !== undefined) return known;
  if (number < MIN_DAY || number > MAX_DAY) return String(day);
  if (dates.size >= MAX_DATES) dates.clear();
  const date = new Date(number * DAY_MS).toISOString().slice(0, 10);
  dates.set(number, date);
  return date;
}

/** Digits after the decimal point of a second. */
const PLACES: Readonly<Record<TimeUnit, number>> = { MILLIS: 3, MICROS: 6, NANOS: 9 };

function timestampText(value: number | bigint, unit: TimeUnit, isUtc: boolean): string {
  const perDay = DAY_MS * 10 ** (PLACES[unit] - 3);
  const isSmall = typeof value === "number";
  const day = isSmall ? Math.floor(value / perDay) : Number(floorDivide(value, BigInt(perDay)));
  if (day < MIN_DAY || day > MAX_DAY) return String(value);
  const time = isSmall ? value - day * perDay : Number(value - BigInt(day) * BigInt(perDay));
  return `${dateText(day)}T${timeText(time, unit)}${isUtc ? "Z" : ""}`;
}

const floorDivide = (value: bigint, divisor: bigint): bigint => value / divisor - (value % divisor < 0n ? 1n : 0n);

function timeText(value: number | bigint, unit: TimeUnit): string {
  const places = PLACES[unit];
  const perSecond = 10 ** places;
  const units = Number(value);
  const seconds = Math.floor(units / perSecond);
  if (seconds < 0 || seconds > 86_400) return String(value);
  const two = (number: number): string => String(number).padStart(2, "0");
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const rest = units - seconds * perSecond;
  return rest === 0
    ? clock
    : `${clock}.${String(rest)
        .padStart(places, "0")
        .replace(/(?:000)+$/, "")}`;
}

/** Returns the shortest digits that give the same number. */
function fractionText({ type }: SchemaElement): (value: number) => string {
  if (type !== "FLOAT") return numberText;
  return (value) => {
    for (let digits = 6; digits < 9; digits++) {
      const text = value.toPrecision(digits);
      if (Math.fround(Number(text)) === value) return numberText(Number(text));
    }
    return numberText(Number(value.toPrecision(9)));
  };
}

/** Maximum number of zeros that an exponent may add. */
const MAX_PLACES = 40;

/** Writes a number without an exponent. A number that does not exist (NaN) is a missing value. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "";
  const text = String(value);
  const [mantissa = "", exponent] = text.split("e");
  if (exponent === undefined || Math.abs(Number(exponent)) > MAX_PLACES) return text;
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const sign = value < 0 ? "-" : "";
  const places = Number(exponent);
  return places < 0
    ? `${sign}0.${"0".repeat(-places - 1)}${whole}${fraction}`
    : `${sign}${whole}${fraction.padEnd(places, "0")}`;
}

type BytesText = ValueTexts["bytes"];

function bytesText(element: SchemaElement, name: string): BytesText {
  const scale = scaleOf(element, name);
  if (scale !== undefined) return ofPart((bytes) => decimalText(bigInteger(bytes), scale));
  const { logical_type: logical, converted_type: converted, type_length: length } = element;
  if (logical?.type === "UUID" && length === 16) return ofPart(uuidText);
  if (logical?.type === "FLOAT16" && length === 2)
    return (bytes, start) => numberText(halfNumber(bytes.readUInt16LE(start)));
  if (converted === "INTERVAL" && length === 12) return ofPart(intervalText);
  const isText = logical?.type === "STRING" || logical?.type === "ENUM" || logical?.type === "JSON";
  return isText || TEXTS.has(converted) ? utf8Text : textOrNothing;
}

const TEXTS: ReadonlySet<unknown> = new Set(["UTF8", "ENUM", "JSON"]);

const ofPart =
  (convert: (bytes: Buffer) => string): BytesText =>
  (bytes, start, end) =>
    convert(bytes.subarray(start, end));

const utf8Text: BytesText = (bytes, start, end) => bytes.toString("utf8", start, end);

const REPLACEMENT = "\ufffd";

/** Decodes bytes that the schema does not declare as text, because some programs omit the declaration. Bytes that are not UTF-8, such as
 * pictures, become blank cells. */
const textOrNothing: BytesText = (bytes, start, end) => {
  const text = bytes.toString("utf8", start, end);
  return text.includes(REPLACEMENT) || text.includes("\0") ? "" : text;
};

/** Reads an integer of any length, highest byte first. */
function bigInteger(bytes: Buffer): number | bigint {
  if (bytes.length === 0) return 0;
  if (bytes.length <= 6) return bytes.readIntBE(0, bytes.length);
  if (bytes.length > MAX_DECIMAL_BYTES) throw new Error(`a decimal has ${bytes.length} bytes`);
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
}

function uuidText(bytes: Buffer): string {
  const digits = bytes.toString("hex");
  return [0, 8, 12, 16, 20].map((from, i) => digits.slice(from, [8, 12, 16, 20, 32][i])).join("-");
}

/** Reads a floating-point number of 16 bits. */
function halfNumber(bits: number): number {
  const sign = bits >> 15 === 1 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Writes months, days and milliseconds as a duration in ISO 8601, such as `P1M2DT0.5S`. */
function intervalText(bytes: Buffer): string {
  const [months, days, milliseconds] = [0, 4, 8].map((at) => bytes.readUInt32LE(at)) as [number, number, number];
  const parts = `${months > 0 ? `${months}M` : ""}${days > 0 ? `${days}D` : ""}`;
  return `P${parts}${milliseconds > 0 || parts === "" ? `T${numberText(milliseconds / 1000)}S` : ""}`;
}
