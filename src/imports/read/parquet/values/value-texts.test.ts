// Tests how Parquet values of each type are converted to text.
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { readCells } from "../../../../../tests/support/read-cells.ts";

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>[number];

/** A file with one column of the given element of a schema. */
const ofElement = (element: Omit<SchemaElement, "name">, data: unknown[]): Buffer =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: "x", data },
        { name: "n", data: data.map((_, i) => i) },
      ],
      schema: [
        { name: "root", num_children: 2 },
        { repetition_type: "OPTIONAL", ...element, name: "x" },
        { name: "n", type: "INT32", repetition_type: "REQUIRED" },
      ],
    }),
  );

const UTC = new Date(Date.UTC(2026, 10, 25, 13, 45, 0, 250));

describe("the text of a value of the type", () => {
  test.each<[string, Omit<SchemaElement, "name">, unknown[], string[]]>([
    ["boolean", { type: "BOOLEAN" }, [true, false, null], ["true", "false", ""]],
    ["integer", { type: "INT32" }, [17, -2147483648, null], ["17", "-2147483648", ""]],
    [
      "long integer",
      { type: "INT64" },
      [9007199254740993n, -9223372036854775808n, 4006381333931n],
      ["9007199254740993", "-9223372036854775808", "4006381333931"],
    ],
    ["unsigned integer", { type: "INT32", converted_type: "UINT_32" }, [4294967295, 0], ["4294967295", "0"]],
    [
      "unsigned long integer",
      { type: "INT64", converted_type: "UINT_64" },
      [18446744073709551615n, 5n],
      ["18446744073709551615", "5"],
    ],
    [
      "decimal in 32 bits",
      { type: "INT32", converted_type: "DECIMAL", precision: 9, scale: 2 },
      [1250n, -5n, 0n],
      ["12.50", "-0.05", "0.00"],
    ],
    [
      "decimal in 64 bits",
      { type: "INT64", converted_type: "DECIMAL", precision: 18, scale: 4 },
      [900719925474099312n],
      ["90071992547409.9312"],
    ],
    [
      "decimal in bytes",
      { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, converted_type: "DECIMAL", precision: 38, scale: 3 },
      [-12345678901234567890123456789n, 1n],
      ["-12345678901234567890123456.789", "0.001"],
    ],
    [
      "double",
      { type: "DOUBLE" },
      [17, 0.1, 1e21, 1.5e-7, Number.NaN, -0],
      ["17", "0.1", "1000000000000000000000", "0.00000015", "", "0"],
    ],
    [
      "float",
      { type: "FLOAT" },
      [0.1, 16777216, 3.4e38],
      ["0.1", "16777216", "340000000000000000000000000000000000000"],
    ],
    [
      "half float",
      { type: "FIXED_LEN_BYTE_ARRAY", type_length: 2, logical_type: { type: "FLOAT16" } },
      [1.5, -0.25],
      ["1.5", "-0.25"],
    ],
    ["date", { type: "INT32", converted_type: "DATE" }, [UTC, -1, 5_000_000], ["2026-11-25", "1969-12-31", "5000000"]],
    [
      "time in milliseconds",
      { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
      [UTC, 0n],
      ["2026-11-25T13:45:00.250Z", "1970-01-01T00:00:00Z"],
    ],
    [
      "time without a zone",
      { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" } },
      [UTC, -1n],
      ["2026-11-25T13:45:00.250", "1969-12-31T23:59:59.999999"],
    ],
    [
      "time in nanoseconds",
      { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" } },
      [1764078300000000001n],
      ["2025-11-25T13:45:00.000000001Z"],
    ],
    ["time of day", { type: "INT32", converted_type: "TIME_MILLIS" }, [49_500_000], ["13:45:00"]],
    [
      "text",
      { type: "BYTE_ARRAY", converted_type: "UTF8" },
      ["0017", "Größe 漢字 😀", ""],
      ["0017", "Größe 漢字 😀", ""],
    ],
    ["bytes that are text", { type: "BYTE_ARRAY" }, [Buffer.from("ä"), Buffer.from([0xff, 0xd8, 0xff])], ["ä", ""]],
    [
      "UUID",
      { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, logical_type: { type: "UUID" } },
      ["00112233-4455-6677-8899-aabbccddeeff"],
      ["00112233-4455-6677-8899-aabbccddeeff"],
    ],
  ])("%s", async (_, element, values, texts) => {
    const { dialect, header, cells, faults } = await readCells(ofElement(element, values));
    expect(dialect).toMatchObject({ format: "parquet", tree: { record: "", elements: ["x", "n"] } });
    expect(header).toEqual(["x", "n"]);
    expect(cells.map(([text]) => text)).toEqual(texts);
    expect(faults).toEqual([]);
  });

  test("text that is not UTF-8 rejects its record only", async () => {
    const file = ofElement({ type: "BYTE_ARRAY", converted_type: "UTF8" }, [Buffer.from([0xe9]), Buffer.from("x")]);
    expect((await readCells(file)).faults).toEqual(["not_text"]);
  });
});
