// A German supplier's files in the form that suppliers send: Windows-1252, semicolons, decimal commas, a row of totals at the end.
// cspell:words Auslauf Deckenleuchte Düne Farbe Fluß Größe Hängeleuchte Möwe Nordlicht Preis Stehleuchte Summe Südwind Tischleuchte
// cspell:words Wandleuchte schwarz weiß
import { writeFile } from "node:fs/promises";

const HEADER = ["Lieferant", "Artikelnummer", "Bezeichnung", "Farbe", "VK-Preis", "Status"];
const ROWS = [
  ["Nordlicht", "4711", "Tischleuchte Möwe", "rot", "19,90", "lieferbar"],
  ["Nordlicht", "4712", "Stehleuchte Düne", "schwarz", "1.049,00", "lieferbar"],
  ["Südwind", "4711", "Hängeleuchte Größe L", "rot", "89,50", "Auslauf"],
  ["Südwind", "4713", "Wandleuchte Öse", "blau", "24,95", "lieferbar"],
  ["Südwind", "4714", "Deckenleuchte Fluß", "weiß", "134,00", "lieferbar"],
];
const TOTALS = ["", "", "Summe", "", "1.317,35", ""];

/** Writes a product file of the supplier.
 * @param extra a column that earlier files do not have, with its value in all rows */
export async function writeSupplierFile(path: string, extra?: [name: string, value: string]): Promise<string> {
  const rows = [HEADER, ...ROWS, TOTALS].map((row, i) => {
    if (extra === undefined) return row;
    return [...row, i === 0 ? extra[0] : row === TOTALS ? "" : extra[1]];
  });
  const text = rows.map((row) => `${row.join(";")}\r\n`).join("");
  await writeFile(path, Buffer.from(text, "latin1"));
  return path;
}
