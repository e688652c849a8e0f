// Long because every statement of a mapping has its cases here, in one table.
import { describe, expect, test } from "vitest";
import type { MappedValue, Mapping } from "../../../contract/mapping/mapping.ts";
import { mapRows, type MappedRow } from "../../../tests/support/records/map-rows.ts";

/** Maps one row with the columns sku, a, b and c. */
function mapRow(mapping: Partial<Mapping>, cells: readonly string[]): MappedRow {
  const { rows } = mapRows({ key: "sku", keep: false, ...mapping }, ["sku", "a", "b", "c"], [["x", ...cells]]);
  return rows[0] as MappedRow;
}

/** Maps one row, and returns its attribute `out`, or the fault of the row. */
function valueOf(
  value: NonNullable<Mapping["attributes"]>[string],
  ...cells: string[]
): string | string[] | null | undefined {
  const row = mapRow({ attributes: { out: value } }, [...cells, "", "", ""].slice(0, 3));
  return row.fault ?? row.attributes["out"];
}

describe("the sources of a value", () => {
  test("a column", () => {
    expect(valueOf("a", " 1 ")).toBe(" 1 ");
    expect(valueOf("A", "1")).toBe("1");
  });
  test("a blank cell gives no value", () => {
    expect(valueOf({ from: "a", suffix: "!" }, "  ")).toBeUndefined();
    expect(valueOf({ from: "a", trim: true, suffix: "!" }, "\u0085")).toBeUndefined();
  });
  test("const is the same for all rows", () => {
    expect(valueOf({ const: "new" })).toBe("new");
  });
  test("the first source that is not blank is used", () => {
    expect(valueOf(["a", "b"], " ", "2")).toBe("2");
    expect(valueOf({ from: ["a", "b", { const: "none" }] })).toBe("none");
  });
  test("join leaves blank sources out", () => {
    expect(valueOf({ from: ["a", "b", "c"], join: "-" }, " 1 ", "", "3")).toBe("1-3");
  });
  test("join with need: all is blank if one source is blank", () => {
    expect(valueOf({ from: ["a", "b"], join: ":", need: "all" }, "1", "")).toBeUndefined();
    expect(valueOf({ from: ["a", "b"], join: ":", need: "all" }, "1", "2")).toBe("1:2");
  });
  test("all makes a list without repeats", () => {
    expect(valueOf({ from: ["a", "b", "c"], all: true }, "1", "", "1")).toEqual(["1"]);
    expect(valueOf({ from: ["a", { from: "b", split: "," }], all: true }, "1", "2, 3,1")).toEqual(["1", "2", "3"]);
  });
  test("default is used if the value is blank", () => {
    expect(valueOf({ from: "a", default: "0" }, "")).toBe("0");
    expect(valueOf({ from: "a", map: { none: "" }, default: "0" }, "None")).toBe("0");
  });
});

describe("the steps of a value", () => {
  test.each<[string, object, string, unknown]>([
    ["trim", { trim: true }, " x ", "x"],
    ["strip_html", { strip_html: true }, "<p>a &amp; b</p>", "a & b"],
    [
      "replace",
      {
        replace: [
          ["-", ""],
          ["x", "yy"],
        ],
      },
      "1-x-",
      "1yy",
    ],
    ["replace everything", { replace: [["x", ""]] }, "xx", undefined],
    ["case upper", { case: "upper" }, "straße", "STRASSE"],
    ["case lower", { case: "lower" }, "ÄB", "äb"],
    ["split", { split: "," }, "a, b,,c", ["a", "b", "c"]],
    ["split, not at a separator after a backslash", { split: "," }, "a\\, b,c\\,\\,d,e\\", ["a, b", "c,,d", "e\\"]],
    ["split of one part", { split: "," }, "a", ["a"]],
    ["split with list: false", { split: ",", list: false }, "a,b", "a"],
    ["like", { like: "{value:number} {unit:letters}" }, "12.5 kg", "12.5"],
    ["like, else keep", { like: '="{value}"', else: "keep" }, "0017", "0017"],
    ["like, else blank", { like: "EUR {value}", else: "blank" }, "USD 5", undefined],
    [
      "split, then like",
      { split: ";", like: "EUR {value:digits}", else: "blank", scale: -2, list: false },
      "USD 1;EUR 250",
      "2.50",
    ],
    ["map", { map: { Red: "rot" } }, " red ", "rot"],
    ["map keeps", { map: { Red: "rot" } }, "Blue", "Blue"],
    ["map, else blank", { map: { Red: "rot" }, else: "blank" }, "Blue", undefined],
    ["number", { number: "1.234,56" }, "1.234,5", "1234.5"],
    ["scale", { scale: -2 }, "1299", "12.99"],
    ["number and scale", { number: "1,234", scale: -2 }, "1,299", "12.99"],
    ["date", { date: "31.12.2026" }, "1.2.2026", "2026-02-01"],
    ["yes_no", { yes_no: { yes: ["lieferbar"], no: [] } }, "Lieferbar", "yes"],
    ["yes_no knows common words", { yes_no: { yes: [], no: [] } }, "nein", "no"],
    ["prefix and suffix", { prefix: "<", suffix: ">" }, "x", "<x>"],
    ["a list of one", { list: true }, "x", ["x"]],
    ["all steps of a list", { split: ",", case: "upper", prefix: "-" }, "a,b", ["-A", "-B"]],
  ])("%s", (_, steps, text, expected) => {
    expect(valueOf({ from: "a", ...steps }, text)).toEqual(expected);
  });

  test.each<[string, object, string, string]>([
    ["like", { like: "EUR {value}" }, "5", 'a: "5" is not a text like EUR {value}'],
    ["map", { map: { Red: "rot", Blue: "blau" }, else: "reject" }, "x", 'a: "x" is not one of red, blue'],
    ["number", { number: "1.234,56" }, "auf Anfrage", 'a: "auf Anfrage" is not a number like 1.234,56'],
    ["number in a list", { split: "|", number: "1.234,56" }, "1|x", 'a: "x" is not a number like 1.234,56'],
    ["date", { date: "31.12.2026" }, "12/31/2026", 'a: "12/31/2026" is not a date like 31.12.2026'],
    ["yes_no", { yes_no: { yes: [], no: [] } }, "maybe", 'a: "maybe" is not yes or no'],
  ])("%s rejects a text that does not fit", (_, steps, text, fault) => {
    expect(valueOf({ from: "a", ...steps }, text)).toBe(fault);
  });

  test("`replace` cannot make a value longer than its limit", () => {
    const value = valueOf({ from: "a", replace: [["x", "y".repeat(2000)]] }, "x".repeat(1000));
    expect(value).toContain("at most 1,000,000 bytes");
  });
  test("a list has at most 1,000 elements", () => {
    expect(valueOf({ from: "a", split: "," }, "a,".repeat(1000))).toHaveLength(1000);
    expect(valueOf({ from: "a", split: "," }, "a,".repeat(1001))).toContain("at most 1,000 elements");
  });
});

describe("fields", () => {
  test("a key of several columns", () => {
    expect(mapRow({ key: { from: ["a", "b"], join: ":", need: "all" } }, ["acme ", "001", ""]).sku).toBe("acme:001");
  });
  test("a key of several columns is rejected if other columns could give the same key", () => {
    const key = { from: ["a", "b"], join: ":", need: "all" as const };
    expect(mapRow({ key }, ["A:B", "C", ""]).fault).toContain('a text without ":"');
    expect(mapRow({ key }, ["A", "B:C", ""])).toMatchObject({ sku: "A:B:C", fault: undefined });
    expect(mapRow({ key: { ...key, join: "::" } }, ["A:B", "C", ""])).toMatchObject({
      sku: "A:B::C",
      fault: undefined,
    });
  });
  test("active accepts the words of a map and the known words", () => {
    const active = { from: "a", map: { verfügbar: "yes", vergriffen: "no" } };
    expect(mapRow({ active }, ["Vergriffen", "", ""]).active).toBe("no");
    expect(mapRow({ active }, ["ja", "", ""]).active).toBe("yes");
    expect(mapRow({ active }, ["vielleicht", "", ""]).fault).toBe('a: "vielleicht" is not yes or no');
  });
  test("a column can be a field and an attribute", () => {
    const row = mapRow({ name: ["a", "b"], also: ["a"] }, ["Mug", "Cup", ""]);
    expect(row).toMatchObject({ name: "Mug", attributes: { a: "Mug" } });
    expect(mapRow({ also: ["sku"] }, ["", "", ""])).toMatchObject({ sku: "x", attributes: { "sku (2)": "x" } });
  });
});

describe("names of attributes", () => {
  test("from placeholders of the template and from columns", () => {
    const attributes = { "price-{currency}-{b}": { from: "a", like: "{value:number} {currency:letters}" } };
    expect(mapRow({ attributes }, ["12.50 EUR", "net", ""]).attributes).toEqual({ "price-EUR-net": "12.50" });
  });
  test("a value without a name is rejected", () => {
    expect(mapRow({ attributes: { "price-{b}": "a" } }, ["1", "", ""]).fault).toContain("a name for the attribute");
    expect(mapRow({ attributes: { "price-{b}": "a" } }, ["", "", ""])).toMatchObject({
      fault: undefined,
      attributes: {},
    });
  });
  test("a list in a name counts as one text if all its elements are equal, and otherwise rejects the row", () => {
    const mapping: Mapping = { key: "sku", attributes: { "price-{currency}": "price" } };
    const header = ["sku", "price[]", "currency[]"];
    const { rows } = mapRows(mapping, header, [
      ["a", '["7.00", "6.00"]', '["EUR", "EUR"]'],
      ["b", '["7.00", "6.00"]', '["EUR", "USD"]'],
      ["c", "7.00", "EUR"],
    ]);
    expect(rows[0]?.attributes).toEqual({ "price-EUR": ["7.00", "6.00"] });
    expect(rows[1]?.fault).toContain("a single text, because it is a part of an attribute's name");
    expect(rows[2]?.attributes).toEqual({ "price-EUR": "7.00" });
  });
  test("a name is at most 200 characters long", () => {
    expect(mapRow({ attributes: { "{b}": "a" } }, ["1", "n".repeat(201), ""]).fault).toContain("1 to 200 characters");
    expect(mapRow({ attributes: { "{b}": "a" } }, ["1", "__proto__", ""]).fault).toContain("the name of an attribute");
  });
  test("an import makes at most 2,000 names from its data", () => {
    const rows = Array.from({ length: 2001 }, (_, i) => [`s${i}`, `n${i}`, "v"]);
    const mapping: Mapping = { key: "sku", attributes: { "{a}": "b" } };
    expect(mapRows(mapping, ["sku", "a", "b"], rows.slice(1)).rows[1999]?.attributes).toEqual({ n2000: "v" });
    expect(() => mapRows(mapping, ["sku", "a", "b"], rows, "scan")).toThrow(/more than 2,000 attribute names/);
  });
});

describe("pairs", () => {
  const header = ["sku", "Spec10_Name", "Spec10_Value", "Spec2_Name", "Spec2_Value", "Spec2_Unit"];
  const pairs = [{ each: "Spec{n}_Name", name: "Spec{n}_Name", value: "Spec{n}_Value", unit: "Spec{n}_Unit" }];
  test("in numbered columns, in the order of the numbers, with gaps", () => {
    const { rows, compiled } = mapRows({ key: "sku", pairs }, header, [["x", "Finish", "moss", "Height", "20", "cm"]]);
    expect(Object.entries(rows[0]?.attributes ?? {})).toEqual([
      ["Height", "20"],
      ["Height-unit", "cm"],
      ["Finish", "moss"],
    ]);
    expect(compiled.missing).toEqual([]);
  });
  test("a pair without a name or a value is left out", () => {
    const { rows } = mapRows({ key: "sku", pairs }, header, [["x", "Finish", "", "", "20", "cm"]]);
    expect(rows[0]?.attributes).toEqual({});
  });
  test("the values in `without` are left out", () => {
    const without = [{ ...pairs[0], without: ["Default Title"] }];
    const { rows } = mapRows({ key: "sku", pairs: without }, header, [["x", "Title", "default title", "", "", ""]]);
    expect(rows[0]?.attributes).toEqual({});
  });
  test("a repeated name makes a list", () => {
    const { rows } = mapRows({ key: "sku", pairs }, header, [["x", "Use", "in", "Use", "out", ""]]);
    expect(rows[0]?.attributes).toEqual({ Use: ["out", "in"] });
  });
  test("the name of another column rejects the row", () => {
    const pairs = [{ in: "p", split: ",", pair: "=" }];
    const { rows } = mapRows(
      { key: "sku", pairs },
      ["sku", "p"],
      [
        ["x", "name=Lamp"],
        ["y", "colour=red,sku=z"],
      ],
    );
    expect(rows.map(({ fault }) => fault)).toEqual(
      ["name", "sku"].map(
        (name) => `p: "${name}" is not the name of an attribute, because it is the name of another column`,
      ),
    );
  });
  test("in a cell: a part without the sign between name and value belongs to the pair before it", () => {
    const cell = [{ in: "a", split: ",", pair: "=" }];
    expect(mapRow({ pairs: cell }, ["colour=red, blue,size=L, w=1=2", "", ""]).attributes).toEqual({
      colour: "red, blue",
      size: "L",
      w: "1=2",
    });
    expect(mapRow({ pairs: cell }, ["red,size=L", "", ""]).fault).toContain("pairs like name=value");
  });
  test("in a cell: a value in quotes may contain the separator, the sign and doubled quotes", () => {
    const cell = [{ in: "a", split: ",", pair: "=" }];
    const attributes = { color: "red", note: 'x, y=z "w"', size: "M" };
    for (const text of ['color=red,note="x, y=z ""w""",size=M', 'color="red" ,"note=x, y=z ""w""","size"="M"'])
      expect(mapRow({ pairs: cell }, [text, "", ""]).attributes).toEqual(attributes);
    const like = [{ in: "a", split: ";", like: "{name}: {value}" }];
    expect(mapRow({ pairs: like }, ['note: "x; y: z";size: 5" x 3"', "", ""]).attributes).toEqual({
      note: "x; y: z",
      size: '5" x 3"',
    });
  });
  test("in a cell with a template", () => {
    const cell = [{ in: "a", split: ",", like: "{name}:{value}:{n:digits}" }];
    expect(mapRow({ pairs: cell }, ["Colour:moss:0,Text:a, b:1", "", ""]).attributes).toEqual({
      Colour: "moss",
      Text: "a, b",
    });
    expect(mapRow({ pairs: cell }, ["Colour:moss", "", ""]).fault).toContain("pairs like {name}:{value}:{n:digits}");
    expect(mapRow({ pairs: cell }, ["x,".repeat(100_000), "", ""]).fault).toBeDefined();
  });
  test("an attribute with a static name wins", () => {
    const mapping = { keep: ["b"], attributes: { size: "c" }, pairs: [{ in: "a", split: ",", pair: "=" }] };
    expect(mapRow(mapping, ["b=1,size=2,w=3", "own", "S"]).attributes).toEqual({ b: "own", size: "S", w: "3" });
    expect(mapRow(mapping, ["b=1,size=2,w=3", "", ""]).attributes).toEqual({ b: "1", size: "2", w: "3" });
  });
});

describe("blank cells and markers", () => {
  test("a required cell that is blank rejects the row", () => {
    expect(mapRow({ blank: { reject: ["a"] } }, [" ", "", ""]).fault).toBe('a: "" is not a value');
  });
  test("a marker removes attributes and erases the description, but not the name", () => {
    const mapping = { keep: ["c"], name: "a", description: "b", empty: ["__EMPTY__"] };
    expect(mapRow(mapping, ["Mug", " __EMPTY__ ", "__EMPTY__"])).toMatchObject({
      description: "",
      attributes: { c: null },
    });
    expect(mapRow(mapping, ["__EMPTY__", "", ""]).fault).toContain("a marker cannot erase the name of a product");
    expect(mapRow(mapping, ["Mug", "", "red"])).toMatchObject({ fault: undefined, attributes: { c: "red" } });
  });
  test("blank.remove names the attributes that a blank cell removes", () => {
    const mapping: Mapping = { key: "sku", blank: { remove: ["a", "b"] }, format: { b: { trim: true } } };
    const { compiled } = mapRows(mapping, ["sku", "a", "b", "c"], []);
    expect(compiled.columns.map(({ blank }) => blank)).toEqual([undefined, "remove", undefined, "keep"]);
    expect(compiled.plan?.columns[0]?.removable).toEqual(["b"]);
  });
});

describe("conditions", () => {
  test.each<[string, object, string[], boolean]>([
    ["blank", { blank: "a" }, [" ", "", ""], true],
    ["blank of several", { blank: ["a", "b"] }, ["", "1", ""], false],
    ["is", { of: "a", is: "Total" }, [" total ", "", ""], true],
    ["is one of", { of: "a", is: ["x", "y"] }, ["z", "", ""], false],
    ["is blank", { of: "a", is: "" }, ["", "", ""], true],
    ["not", { of: "a", not: ["x"] }, ["", "", ""], true],
    ["like", { of: "a", like: "Stand{*}" }, ["STAND: 1.1.", "", ""], true],
    ["any", { any: [{ blank: "a" }, { of: "b", is: "x" }] }, ["1", "x", ""], true],
    ["all members", { blank: "a", of: "b", is: "x" }, ["", "y", ""], false],
    ["a column that the file lacks", { blank: "z" }, ["", "", ""], false],
    ["a value that does not fit", { of: { from: "a", number: "1.5" }, is: "2" }, ["x", "", ""], false],
  ])("%s", (_, condition, cells, ignored) => {
    expect(mapRow({ ignore: [condition] }, cells)).toMatchObject({ ignored, fault: undefined });
  });

  test("a row that deletes its product has a key and no other value, so its other cells cannot have faults", () => {
    const mapping: Mapping = {
      key: { from: "sku", case: "upper" },
      name: { from: "a", trim: true },
      active: { from: "b", yes_no: { yes: [], no: [] } },
      attributes: { price: { from: "b", number: "1,5" } },
      blank: { reject: ["a"] },
      delete_when: { of: "c", is: ["delete", "gone"] },
      empty: ["_E_"],
    };
    const rows: [string, string, string, string][] = [
      ["x-1", "", "never", "Delete"],
      ["", "Lamp", "1", " GONE "],
      ["x-2", "Desk", "yes", "keep"],
      ["x-3", "", "1,5", "keep"],
    ];
    for (const mode of ["scan", "load"] as const) {
      const { rows: mapped } = mapRows(mapping, ["sku", "a", "b", "c"], rows, mode);
      const nothing = { deletes: true, name: "", active: "", attributes: {}, fault: undefined };
      expect(mapped[0]).toMatchObject({ ...nothing, sku: "X-1" });
      expect(mapped[1]).toMatchObject({ ...nothing, sku: "" });
      expect(mapped[2]).toMatchObject({ deletes: false, sku: "X-2", name: "Desk" });
      expect(mapped.map(({ fault }) => fault !== undefined)).toEqual([false, false, true, true]);
    }
  });
  test("an ignored row is not deleted, and a condition on a column that the file lacks is never met", () => {
    const condition = { of: "c", is: "Delete" };
    const ignored = mapRow({ ignore: [condition], delete_when: condition }, ["", "", "Delete"]);
    expect(ignored).toMatchObject({ ignored: true, deletes: false });
    expect(mapRow({ delete_when: { blank: "missing" } }, ["", "", ""])).toMatchObject({ deletes: false });
  });
  test("an ignored row has no fault, and a short row can be ignored", () => {
    const mapping: Mapping = { key: "sku", ignore: [{ of: "sku", like: "Total{*}" }], blank: { reject: ["a"] } };
    const { rows } = mapRows(mapping, ["sku", "a"], [["Total 5"], ["x", ""], ["Total", ""]]);
    expect(rows.map(({ ignored, fault }) => [ignored, fault !== undefined])).toEqual([
      [true, false],
      [false, true],
      [true, false],
    ]);
  });
});

describe("texts that a value map does not know", () => {
  const rows = ["red", "Blue", "GREEN", "blue"].map((colour, i) => [`s${i}`, colour]);
  const map = (otherwise?: "keep" | "hold"): Mapping => ({
    key: "sku",
    format: { colour: { map: { Red: "rot" }, ...(otherwise === undefined ? {} : { else: otherwise }) } },
  });
  test("are counted if the mapping has no else", () => {
    const { mapper } = mapRows(map(), ["sku", "colour"], rows, "scan");
    expect(mapper?.notes.unknown).toEqual([
      { statement: "format.colour", column: 1, count: 3, texts: ["Blue", "GREEN"] },
    ]);
    expect(mapRows(map("keep"), ["sku", "colour"], rows, "scan").mapper?.notes.unknown).toEqual([]);
  });
  test("hold the import with `else: hold`, with the texts as candidates", () => {
    const { mapper } = mapRows(map("hold"), ["sku", "colour"], rows, "scan");
    const question = mapper?.notes.question(["sku", "colour"]);
    expect(question?.slug).toBe("value-unseen");
    expect(question?.message).toContain('"Blue", "GREEN" of the column "colour" (3 rows)');
    expect(question?.extra).toMatchObject({ option: "mapping", column: "colour" });
  });
  test("do not hold an import whose values are all known", () => {
    const { mapper } = mapRows(map("hold"), ["sku", "colour"], [["x", "RED"]], "scan");
    expect(mapper?.notes.question(["sku", "colour"])).toBeUndefined();
  });
});

test("rows with too few or too many fields do not affect the rows after them", () => {
  const mapping: Mapping = { key: { from: "sku", case: "upper" }, attributes: { n: { from: "a", number: "1.5" } } };
  const { rows } = mapRows(mapping, ["sku", "a"], [["x", "1"], ["y"], ["z", "1", "2", "3"], ["w", "x"], ["v", "2"]]);
  expect(rows.map(({ fault }) => fault !== undefined)).toEqual([false, false, false, true, false]);
  expect(rows[4]).toMatchObject({ sku: "V", attributes: { n: "2" } });
});

describe("values that are too large are rejected in the scan", () => {
  const faultIn = (mode: "scan" | "load", attributes: Mapping["attributes"], cells: readonly string[]): unknown =>
    mapRows({ key: "sku", keep: false, attributes }, ["sku", "a", "b"], [["x", ...cells]], mode).rows[0]?.fault;
  const tags = Array.from({ length: 400 }, (_, i) => i.toString(36)).join(",");
  test.each<[string, NonNullable<Mapping["attributes"]>[string], string[]]>([
    ["a list that grows", { from: "a", replace: [["a", ",b,c,d,e,"]], split: "," }, ["a".repeat(500), ""]],
    ["a list of a list and its variants", { from: variants("a", 3), all: true }, [tags, ""]],
    ["a joined text", { from: variants("a", 90), join: ";", replace: [["x", "y".repeat(20)]] }, ["x".repeat(700), ""]],
    ["a list with long suffixes", { from: "a", split: ",", suffix: "s".repeat(2000) }, ["a,".repeat(700), ""]],
  ])("%s", (_, value, cells) => {
    expect(faultIn("scan", { out: value }, cells)).toMatch(/at most/);
    expect(faultIn("load", { out: value }, cells)).toBe(faultIn("scan", { out: value }, cells));
  });

  /** Returns `count` values that read the same column, each with a different prefix. */
  function variants(from: string, count: number): MappedValue[] {
    return Array.from({ length: count }, (_, i) => ({ from, split: ",", prefix: `${i}-` }));
  }
});

test("many pairs with the same name in one cell are rejected, in time in proportion to their number", () => {
  const cell = Array.from({ length: 100_000 }, (_, i) => `a=${i}`).join(";");
  const mapping: Mapping = { key: "sku", pairs: [{ in: "a", split: ";", pair: "=" }] };
  expect(mapRows(mapping, ["sku", "a"], [["x", cell]]).rows[0]?.fault).toMatch(/a list of at most 1,000 elements/);
});

test("an unknown text is not truncated within a character", () => {
  const mapping: Mapping = { key: "sku", format: { a: { map: { x: "y" } } } };
  const { mapper } = mapRows(mapping, ["sku", "a"], [["x", `${"-".repeat(199)}\u{1f600}`]], "scan");
  expect(mapper?.notes.unknown[0]?.texts.every((text) => text.isWellFormed())).toBe(true);
});

describe("a damaged part of a key rejects the row:", () => {
  const faultOf = (key: Mapping["key"], ...cells: string[]): string | undefined =>
    mapRow({ key }, [...cells, "", "", ""].slice(0, 3)).fault;
  const joined = { from: ["a", "b"], join: ":", need: "all" as const };
  test.each(["4.00638E+12", "-4,0E+09", "#N/A", "#NV", "NULL", "null", "NaN", " n/a ", "########", "Err:502"])(
    "%s",
    (part) => {
      const fault = `${part.trim()}" is not a part of the SKU`;
      expect(faultOf(joined, "Acme", part)).toBe(`b: "${fault}`);
      expect(faultOf(joined, part, "Acme")).toBe(`a: "${fault}`);
      expect(faultOf({ from: ["a", "b"], join: "" }, "Acme", part)).toBe(`b: "${fault}`);
      expect(
        faultOf(
          {
            from: [
              { from: "a", case: "upper" },
              { from: "b", trim: true },
            ],
            join: "-",
          },
          "Acme",
          part,
        ),
      ).toBe(`b: "${fault}`);
      expect(faultOf({ from: "b", prefix: "ACME-" }, "", part)).toBe(`b: "${fault}`);
    },
  );
  test("also if the part was found by a template", () => {
    const key = { from: ["a", { from: "b", like: "EAN {value}" }], join: ":" };
    expect(faultOf(key, "Acme", "EAN 4.00638E+12")).toBe('b: "4.00638E+12" is not a part of the SKU');
    expect(faultOf(key, "Acme", "EAN 4006381333931")).toBeUndefined();
  });
  test("but not if a value map contains it, or a marker erases it", () => {
    const key = { from: ["a", { from: "b", map: { "N/A": "plain", none: "none" } }], join: ":" };
    expect(faultOf(key, "Acme", "N/A")).toBeUndefined();
    expect(faultOf(key, "Acme", "none")).toBeUndefined();
    expect(
      mapRow({ key: { from: ["a", "b"], join: ":" }, empty: ["NULL"] }, ["Acme", "NULL", ""]).fault,
    ).toBeUndefined();
  });
  test("sound parts, and values that are not the key, are kept", () => {
    for (const part of ["4006381333931", "A+B", "E+1x", "nullable", "#1", "Err:5x", "A:B"])
      expect(faultOf({ from: ["a", "b"], join: "_" }, "Acme", part)).toBeUndefined();
    expect(valueOf({ from: ["a", "b"], join: ":" }, "Acme", "NULL")).toBe("Acme:NULL");
  });
});

test("a notice counts each kept row once, and no row that a condition ignores or that is rejected", () => {
  const mapping = {
    key: "sku",
    ignore: [{ of: { from: "state", map: { gone: "old" } }, is: "old" }],
    attributes: {
      colours: { from: "colours", split: ",", map: { rot: "red" } },
      price: { from: "price", number: "1.5" },
    },
  };
  const rows = [
    ["a", "gone", "blau,grau", "1"],
    ["b", "new", "blau,grau,rot", "2"],
    ["c", "new", "blau", "x"],
    ["d", "gone", "rot", "4"],
    ["e", "odd", "weiß", "5"],
  ];
  for (const mode of ["scan", "load"] as const)
    expect(mapRows(mapping, ["sku", "state", "colours", "price"], rows, mode).mapper?.notes.unknown).toMatchObject([
      { statement: "ignore.0", count: 2, texts: ["new", "odd"] },
      { statement: "attributes.colours", count: 2, texts: ["blau", "grau", "weiß"] },
    ]);
});

describe("conditions and templates that would read too many bytes of a record", () => {
  const text = "x".repeat(900_000);
  const like = (count: number): NonNullable<Mapping["ignore"]> =>
    Array.from({ length: Math.ceil(count / 20) }, (_, i) => ({
      any: Array.from({ length: 20 }, (__, j) => ({ of: "a", like: `*${i}-${j}{v}` })),
    }));
  const rejected = /a: "x+" is not at most [\d,]+ bytes in this column, because many of its conditions and templates/;
  test("reject the row, and name the column", () => {
    expect(mapRow({ ignore: like(1000) }, [text, "", ""]).fault).toMatch(rejected);
    expect(mapRow({ ignore: like(1000) }, ["short", text, ""]).fault).toBeUndefined();
    expect(mapRow({ ignore: like(60) }, [text, "", ""]).fault).toBeUndefined();
  });
  test("in the scan and when loading, also for templates of attributes", () => {
    const value = { from: "a", like: "{v:letters}-{value}", else: "blank" as const };
    const attributes = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, value]));
    for (const mode of ["scan", "load"] as const) {
      const { rows } = mapRows(
        { key: "sku", attributes },
        ["sku", "a"],
        [
          ["s", text],
          ["t", "a-b"],
        ],
        mode,
      );
      expect(rows[0]?.fault).toMatch(rejected);
      expect(rows[1]?.fault).toBeUndefined();
    }
  });
  test("also if a text is replaced by a longer one before it is compared", () => {
    const grown = { from: "a", replace: [["x", "y".repeat(1000)]] as [string, string][] };
    const ignore = Array.from({ length: 40 }, (_, i) => ({
      any: Array.from({ length: 20 }, (__, j) => ({ of: grown, like: `*${i}-${j}{v}` })),
    }));
    expect(mapRow({ ignore }, ["x".repeat(900), "", ""]).fault).toMatch(rejected);
    expect(mapRow({ ignore }, ["x".repeat(10), "", ""]).fault).toBeUndefined();
    // With only one of the 40 conditions, the same text is accepted.
    expect(mapRow({ ignore: ignore.slice(0, 1) }, ["x".repeat(900), "", ""]).fault).toBeUndefined();
  });
  test("and constants that grow as much make the mapping invalid", () => {
    const long = "y".repeat(2000);
    for (const value of [
      { const: "x".repeat(1000), replace: [["x", long]] as [string, string][] },
      { from: "a", default: "x".repeat(1000), replace: [["x", long]] as [string, string][] },
      { from: [{ from: "a", map: { z: "x".repeat(500) } }], replace: [["x", long]] as [string, string][] },
      { from: [{ from: "a", suffix: "x".repeat(500) }], replace: [["x", long]] as [string, string][] },
    ]) {
      const ignore = Array.from({ length: 3 }, () => ({ of: value, is: "z" }));
      expect(() => mapRow({ ignore }, ["x", "", ""])).toThrow("constant texts grow");
      expect(
        mapRow({ ignore: [{ of: { ...value, replace: [["x", "yy"]] }, is: "z" }] }, ["x", "", ""]).fault,
      ).toBeUndefined();
    }
  });
  test("not a row with short cells", () => {
    expect(mapRow({ ignore: [...like(900), { of: "b", is: "gone" }] }, ["x", "gone", ""]).ignored).toBe(true);
  });
});

test("a condition rejects a record that would give it a value of more than 16 MB", () => {
  const of = { from: [{ from: "a", split: ";" }], suffix: "x".repeat(2000) };
  const ignore = [{ any: [{ of, is: "y" }] }];
  expect(mapRow({ ignore }, ["a;".repeat(300_000), "", ""]).fault).toContain("at most 16,777,216 bytes");
  expect(mapRow({ ignore }, ["a;".repeat(1000), "", ""]).fault).toBeUndefined();
});

test("replaced texts that become longer with each pair do not fill the memory before a row is read", () => {
  const longer: [string, string] = ["1", "1".repeat(2000)];
  expect(valueOf({ from: "a", replace: [longer, longer, longer], number: "1,5" }, "2,5")).toBe("2.5");
});
