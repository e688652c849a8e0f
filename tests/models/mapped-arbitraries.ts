// Random mappings like those that suppliers' files need, and random tables to import with them.
// cspell:words Nord Lämp groß grün eins Farbe
import fc from "fast-check";
import type { Condition, MappedValue, Mapping, Value } from "../../contract/mapping/mapping.ts";
import type { ModelOptions } from "./mapped-model.ts";

export const SPECS = ["Spec 1", "Spec 2", "Spec 10"];

/** The marker that erases a value, in mappings with `empty`. */
export const MARKER = "_E_";

/** The columns of the random tables, each with its possible cells. */
const CELLS: Record<string, readonly string[]> = {
  Sup: ["acme", "acme", "Nord", "A:B", "x-y", ""],
  Art: ["a-1", "A-1", " a-1 ", "0017", "é/3", "É/3", "1E5", "p 4", "p 5", "p 6", "p 7", "p 8", "ß", "", MARKER],
  Title: ["Lamp", "Desk", " Chair ", "Lämp, groß", "", MARKER],
  Text: ["plain", "<b>x</b> &amp; y", "a<br>b", "line\nbreak", " padded ", "", MARKER],
  State: ["yes", "no", "an", "aus", "sold", "", MARKER],
  Price: [
    "1.234,56",
    "12,5",
    "0,99",
    "7",
    "-3,5",
    "-0",
    "007",
    "1.5",
    "on request",
    "12,-",
    "5 €",
    "1234567890123456789,5",
    "",
    MARKER,
  ],
  Colour: ["red", "Red ", " blue", "grün", "1", "", MARKER],
  Tags: ["a,b", " a , ,b", "x", "a,a", ", ,", "", MARKER],
  More: ["a=1,b=2", "Size=L, XL,price=9", "=x", "x", "Colour=red", "a=1,a=2", "", MARKER],
  Date: ["31.12.2026", "1.2.2025", "32.1.2026", "29.2.2024", "", MARKER],
  EAN: [
    "4006381333931",
    "04006381333931",
    "96385074",
    "00000096385074",
    "036000291452",
    "4006381333932",
    "12",
    "",
    MARKER,
  ],
  Ref: ["p 4", "P 4", "a-1", "r 1", "r 2", "r 3", "", MARKER],
};
for (const spec of SPECS) {
  CELLS[spec] = ["Size", "Weight", "price", "red", " Size ", "", ""];
  CELLS[spec.replace("Spec", "Val")] = ["L", "10", " XL ", "a,b", "", MARKER];
}
const COLUMNS = Object.keys(CELLS);

const optional = (members: {
  [Name in keyof Mapping]?: fc.Arbitrary<Mapping[Name]>;
}): fc.Arbitrary<Partial<Mapping>> => fc.record(members, { requiredKeys: [] });

const key = fc.constantFrom<Value>(
  "Art",
  "art",
  ["Missing", "Art"],
  ["Art", "Sup"],
  { from: ["Sup", "Art"], join: ":", need: "all" },
  { from: ["Sup", "Art"], join: "-", need: "all" },
  { from: ["Sup", "Art"], join: "", case: "lower" },
  { from: "Art", prefix: "X-", case: "upper" },
  {
    from: "Art",
    replace: [
      ["-", ""],
      [" ", "_"],
    ],
  },
  { from: "Art", like: "{letters:letters} {value:digits}", else: "keep" },
  { from: "Art", like: "p {value}" },
  { from: "Art", map: { "0017": "17", "1e5": "" }, else: "keep" },
);
const name = fc.constantFrom<Value>(
  "Title",
  "Title",
  ["Title", "Text"],
  { from: ["Title", "Colour"], join: " " },
  { from: "Title", default: "No name" },
  { from: "Title", trim: true },
  { from: "Title", suffix: "!" },
  { from: [{ from: "Title", like: "L{value}", else: "blank" }, "Art"] },
);
const description = fc.constantFrom<Value>(
  "Text",
  { from: "Text", strip_html: true },
  { from: ["Text", "Title"], join: " / " },
);
const active = fc.constantFrom<Value>(
  "State",
  { from: "State", map: { an: "yes", aus: "no", sold: "no" }, else: "reject" },
  { from: "State", yes_no: { yes: [], no: ["sold"] } },
  { const: "no" },
  { from: "State", map: { sold: "" } },
);

const otherwise = fc.constantFrom<MappedValue["else"][]>("reject", "keep", "blank", undefined);
const values = fc.oneof(
  fc.constantFrom<Value>(
    "Colour",
    ["Missing", "Colour", "Text"],
    { from: "Price", number: "1.234,56" },
    { from: "Price", number: "1.234,56", scale: -2 },
    { from: "Price", number: "1.234,56", scale: 3 },
    { from: ["Price", { from: "Colour", scale: 1 }], number: "1234.56" },
    { from: "Date", date: "31.12.2026" },
    { from: "Tags", split: "," },
    { from: "Tags", split: ",", case: "upper", prefix: "#" },
    { from: "Tags", split: ",", list: false },
    { from: "Colour", list: true },
    { from: "Spec {n}", all: true },
    { from: ["Spec {n}", { from: "Tags", split: "," }], all: true },
    { from: ["Sup", "Title"], join: " " },
    { from: ["Sup", "Missing"], join: " ", need: "all" },
    { from: ["Sup", "Colour"], join: ":", need: "all", default: "none" },
    { const: "fixed" },
    { const: "" },
    { from: "Missing", default: "always" },
    { from: "Text", trim: true, suffix: "." },
    {
      from: "Title",
      replace: [
        ["a", "aa"],
        ["aa", ""],
      ],
    },
  ),
  fc
    .record({
      otherwise,
      map: fc.constantFrom<Record<string, string>>({ red: "rot", BLUE: "" }, { Grün: "green", 1: "one" }),
    })
    .map(({ otherwise: how, map }): Value => ({ from: "Colour", map, ...(how === undefined ? {} : { else: how }) })),
  fc.constant<Value>({ from: "Colour", map: { red: "rot", blue: "blau", "1": "eins" }, else: "hold" }),
);
const named = fc.constantFrom<[string, Value]>(
  ["price-{Colour}", { from: "Price", number: "1.234,56" }],
  ["n-{cut}", { from: "Text", like: "{cut:letters}n{value}", else: "blank" }],
  ["Size", "Colour"],
);

const pair = fc.constantFrom<NonNullable<Mapping["pairs"]>[number]>(
  { each: "Spec {n}", name: "Spec {n}", value: "Val {n}" },
  { each: "Spec {n}", value: { from: "Val {n}", split: "," }, list: true, without: ["l"] },
  { each: "Spec {n}", name: { from: "Spec {n}", suffix: "-x" }, value: "Val {n}", unit: "Colour" },
  { in: "More", split: ",", pair: "=" },
  { in: "More", split: ",", pair: "=", list: true, without: ["1"] },
);
const condition = fc.constantFrom<Condition>(
  { blank: "Title" },
  { blank: ["Title", "Missing"] },
  { blank: "Missing" },
  { of: "Sup", is: ["nord", "none"] },
  { of: { from: "Price", number: "1.234,56" }, is: "7" },
  { of: "State", like: "{*}old" },
  { any: [{ of: "Colour", is: "GRÜN" }, { blank: ["Art", "Sup"] }] },
);

const statements = optional({
  description,
  active,
  parent: fc.constantFrom<Value>("Ref", { from: "Ref", case: "upper" }),
  keep: fc.constantFrom<Mapping["keep"][]>(true, false, ["T*", "Colour"]),
  drop: fc.constantFrom(["Spec {n}"], ["T*", "missing"]),
  also: fc.constantFrom(["Sup"], ["Price", "Tags"]),
  rename: fc.constantFrom<Record<string, string>>({ Colour: "Farbe" }, { "{kind} {n:digits}": "{kind}-{n}" }),
  split: fc.constant<Record<string, string[]>>({ ",": ["Tags", "Val {n}"] }),
  format: fc.constantFrom<NonNullable<Mapping["format"]>[]>(
    { Price: { number: "1.234,56" } },
    { "Va*": { case: "upper" }, Date: { date: "DD.MM.YYYY" } },
  ),
  pairs: fc.array(pair, { minLength: 1, maxLength: 2 }),
  ignore: fc.array(condition, { minLength: 1, maxLength: 2 }),
  delete_when: fc.constantFrom<Condition>(
    { of: "State", is: ["sold", "no"] },
    { of: "Colour", is: "RED" },
    { blank: ["Text", "Ref"] },
    { of: { from: "Price", number: "1.234,56" }, like: "{*}5" },
    { blank: "Missing" },
  ),
  blank: fc.constantFrom<NonNullable<Mapping["blank"]>[]>(
    { remove: ["Colour", "T*", "Price"] },
    { reject: ["Sup"] },
    { remove: ["Val {n}"], reject: ["Title"] },
  ),
  empty: fc.constant([MARKER]),
  match: fc.constantFrom<NonNullable<Mapping["match"]>[]>({ attribute: "ref" }, { attribute: "ref", none: "create" }),
});

const attributes = fc
  .tuple(
    fc.dictionary(fc.constantFrom("price", "colour", "Size", "tags", "ref", "a"), values, { maxKeys: 4 }),
    fc.option(named, { nil: undefined, freq: 3 }),
  )
  .map(([fixed, more]): Record<string, Value> => (more === undefined ? fixed : { ...fixed, [more[0]]: more[1] }));

export const mappings: fc.Arbitrary<Mapping> = fc
  .record({ key, name: fc.option(name, { nil: undefined, freq: 12 }), attributes, statements, gtin: fc.boolean() })
  .map(({ key: sku, name: title, attributes: set, statements: rest, gtin }) => {
    const mapping: Mapping = { key: sku, ...(title === undefined ? {} : { name: title }), attributes: set, ...rest };
    // With `match`, a row finds its product by the value of an attribute. Take the key from a column that earlier imports stored as this
    // attribute. With any other column, rows would hardly ever find a product.
    if (mapping.match === undefined) return mapping;
    const match = gtin ? { ...mapping.match, attribute: "gtin", as: "gtin" as const } : mapping.match;
    return { ...mapping, match, key: gtin ? "EAN" : "Ref" };
  });

export interface MappedFile {
  mapping: Mapping;
  header: string[];
  rows: string[][];
  options: ModelOptions;
}

/** Random files, each with a mapping and options. */
export const files: fc.Arbitrary<MappedFile> = fc
  .record({
    mapping: mappings,
    header: fc.shuffledSubarray([...COLUMNS], { minLength: COLUMNS.length - 2 }),
    options: fc.record({
      mode: fc.constantFrom("upsert" as const, "upsert" as const, "create" as const, "update" as const),
      repeats: fc.constantFrom("last" as const, "last" as const, "first" as const, "reject" as const),
      strict: fc.constantFrom(false, false, false, true),
      active: fc.boolean(),
    }),
  })
  .chain(({ mapping, header, options }) =>
    fc
      .array(fc.tuple(...header.map((column) => fc.constantFrom(...(CELLS[column] as readonly string[])))), {
        maxLength: 14,
      })
      .map((rows) => ({ mapping, header, options, rows })),
  );
