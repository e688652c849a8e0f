// Reads the number formats of an OpenDocument spreadsheet (ODF 1.3, part 3, 16.29). Each is written as a format code of Excel, so that
// numbers become the same texts as in a workbook of Excel.
import { formatOfCode, type NumberFormat } from "../cells/number-format.ts";
import { brokenWorkbook } from "../broken-workbook.ts";

type Attributes = Record<string, string>;

/** Maximum number of styles. */
const MAX_STYLES = 65_536;
/** Maximum number of conditions of a style. */
const MAX_CONDITIONS = 3;
/** Maximum number of digits of a format. */
const MAX_DIGITS = 30;
const MAX_CODE_LENGTH = 400;

interface DataStyle {
  code: string;
  /** Format codes for numbers that meet a condition, such as `[>=0]`. */
  maps: { condition: string; style: string }[];
}

const DATA_STYLE = /^(?:number|currency|percentage|text|date|time|boolean)-style$/;

export interface Styles {
  /** The format of each cell style, by name. */
  formats: ReadonlyMap<string, NumberFormat>;
  /** Names of the table styles that hide their sheet. */
  hidden: ReadonlySet<string>;
}

/** Collects styles from the events of an XML parser. */
export class StyleReader {
  readonly #data = new Map<string, DataStyle>();
  /** The data style and the parent of each cell style. */
  readonly #cells = new Map<string, { data: string | undefined; parent: string | undefined }>();
  readonly #hidden = new Set<string>();
  #style: DataStyle | undefined;
  #tableStyle: string | undefined;
  #embedded: { position: number; text: string }[] = [];
  #digits: string | undefined;
  #collects = false;

  open(name: string, attributes: Attributes): void {
    if (DATA_STYLE.test(name)) this.#openData(attributes);
    else if (name === "style") this.#openStyle(attributes);
    else if (name === "table-properties" && attributes["table:display"] === "false" && this.#tableStyle !== undefined)
      this.#hidden.add(this.#tableStyle);
    else if (this.#style !== undefined) this.#openPart(this.#style, name, attributes);
  }

  text(text: string): void {
    if (!this.#collects || this.#style === undefined || this.#style.code.length > MAX_CODE_LENGTH) return;
    const embedded = this.#embedded.at(-1);
    if (embedded !== undefined) embedded.text += text;
    else this.#style.code += literal(text);
  }

  close(name: string): void {
    this.#collects = false;
    if (DATA_STYLE.test(name)) this.#style = undefined;
    else if (name === "number" && this.#style !== undefined && this.#digits !== undefined) {
      this.#style.code += withEmbedded(this.#digits, this.#embedded);
      this.#digits = undefined;
      this.#embedded = [];
    }
  }

  styles(): Styles {
    const formats = new Map<string, NumberFormat>();
    for (const name of this.#cells.keys()) {
      const data = this.#dataOf(name);
      if (data !== undefined) formats.set(name, formatOfCode(data));
    }
    return { formats, hidden: this.#hidden };
  }

  #openData(attributes: Attributes): void {
    this.#style = { code: "", maps: [] };
    if (this.#data.size >= MAX_STYLES) throw tooManyStyles();
    this.#data.set(attributes["style:name"] ?? "", this.#style);
  }

  #openStyle(attributes: Attributes): void {
    const name = attributes["style:name"] ?? "";
    const family = attributes["style:family"];
    this.#tableStyle = family === "table" ? name : undefined;
    if (family !== "table-cell") return;
    if (this.#cells.size >= MAX_STYLES) throw tooManyStyles();
    this.#cells.set(name, {
      data: attributes["style:data-style-name"],
      parent: attributes["style:parent-style-name"],
    });
  }

  #openPart(style: DataStyle, name: string, attributes: Attributes): void {
    switch (name) {
      case "text":
        this.#collects = true;
        return;
      case "number":
        this.#digits = digitsOf(attributes);
        return;
      case "embedded-text":
        this.#embedded.push({ position: Number(attributes["number:position"] ?? 0), text: "" });
        this.#collects = true;
        return;
      case "scientific-number":
        style.code += "0.00E+00";
        return;
      case "fraction":
        style.code += "0/0";
        return;
      case "map":
        if (style.maps.length < MAX_CONDITIONS)
          style.maps.push({
            condition: conditionOf(attributes["style:condition"] ?? ""),
            style: attributes["style:apply-style-name"] ?? "",
          });
    }
  }

  /** Returns the format code of a cell style, or of the nearest parent that has one. */
  #dataOf(name: string): string | undefined {
    const seen = new Set<string>();
    for (let at: string | undefined = name; at !== undefined && !seen.has(at);) {
      seen.add(at);
      const style = this.#cells.get(at);
      const data = this.#data.get(style?.data ?? "");
      if (data !== undefined) return this.#codeOf(data);
      at = style?.parent;
    }
    return undefined;
  }

  #codeOf({ code, maps }: DataStyle): string {
    const sections = maps.flatMap(({ condition, style }) => {
      const mapped = this.#data.get(style);
      return mapped === undefined || condition === "" ? [] : [`${condition}${mapped.code}`];
    });
    return [...sections, code].join(";");
  }
}

const tooManyStyles = (): Error => brokenWorkbook(`It has more than ${MAX_STYLES.toLocaleString("en")} styles.`);

/** Encloses a literal text of a number format in quotes, except percent signs, which keep their meaning. */
const literal = (text: string): string =>
  text
    .split("%")
    .map((part) => (part === "" ? "" : `"${part.replaceAll('"', "")}"`))
    .join("%");

function digitsOf(attributes: Attributes): string {
  const count = (name: string): number => Math.min(Number(attributes[`number:${name}`] ?? 0) || 0, MAX_DIGITS);
  const whole = "0".repeat(count("min-integer-digits")) || "#";
  const places = count("decimal-places");
  const zeros = Math.min(
    places,
    attributes["number:min-decimal-places"] === undefined ? places : count("min-decimal-places"),
  );
  const fraction = places === 0 ? "" : `.${"0".repeat(zeros)}${"#".repeat(places - zeros)}`;
  return `${attributes["number:grouping"] === "true" ? "#,##" : ""}${whole}${fraction}`;
}

/** Inserts texts between the digits. The position of a text counts the digits after it, up to the decimal point. */
function withEmbedded(digits: string, embedded: readonly { position: number; text: string }[]): string {
  const [whole = "", fraction] = digits.split(".");
  let code = whole;
  for (const { position, text } of embedded.toSorted((a, b) => a.position - b.position)) {
    // A text may be placed before all digits. The code then needs a placeholder for each digit that comes after the text.
    const at = Math.max(0, whole.length - position);
    code = code.slice(0, at) + literal(text) + code.slice(at);
  }
  return fraction === undefined ? code : `${code}.${fraction}`;
}

/** Converts a condition such as `value()>=0` to the form of Excel's format codes, `[>=0]`. Returns "" if it cannot be parsed. */
function conditionOf(condition: string): string {
  const [, operator = "", limit = ""] =
    /^value\(\)\s*(<=|>=|!=|<|>|=)\s*(-?\d{1,15}(?:\.\d{1,15})?)$/.exec(condition.trim()) ?? [];
  return operator === "" ? "" : `[${operator === "!=" ? "<>" : operator}${limit}]`;
}
