// Generates product files with the columns name, sku and description, about 180 bytes per row, with quoted line breaks. 6.7 % of the
// rows repeat a SKU, some of them in another case or with blanks around it. Files with the same number of rows are identical.
import { createWriteStream } from "node:fs";
import { once } from "node:events";

const WORDS =
  `art community floor lay raise best end page song every glass modern market shoulder number water bank great choice figure
among trip serious country early data class since nation west often attack rule behind range central million campaign tell
hold heart arrive season window morning practice station general father produce author mission century process science`.split(
    /\s+/,
  );

/** Number of rows per thousand that repeat an earlier SKU. */
const REPEATS_PER_THOUSAND = 67;
/** Number of earlier SKUs that the generator remembers for repeats. Some are from the last few rows, some from much earlier rows. */
const RECENT = 50_000;

export interface GenerateOptions {
  rows: number;
  /** Appended to every name. A file with another suffix changes the name of every product. */
  suffix?: string;
  /** Appended to every SKU. A file with another salt contains other products. */
  salt?: string;
  /** Appended to every description. With a long text, a file of few rows consists of several chunks. */
  padding?: string;
}

/** A small linear congruential generator (constants of Numerical Recipes): the same numbers on every machine. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}

export interface GeneratedProduct {
  name: string;
  sku: string;
  description: string;
}

export function* generateProducts({
  rows,
  suffix = "",
  salt = "",
  padding = "",
}: GenerateOptions): Generator<GeneratedProduct> {
  const random = createRandom(rows);
  const word = (): string => WORDS[random(WORDS.length)] as string;
  const capitalised = (): string => word().replace(/^./, (letter) => letter.toUpperCase());
  const recent: string[] = [];
  const sku = (row: number): string => {
    if (recent.length > 100 && random(1000) < REPEATS_PER_THOUSAND) {
      const repeated = recent[random(recent.length)] as string;
      return [repeated, repeated.toUpperCase(), ` ${repeated}`, `${repeated} `][random(4)] as string;
    }
    const fresh = `${word()}-${word()}-${row.toString(36)}${salt}`;
    if (recent.length < RECENT) recent.push(fresh);
    else recent[random(RECENT)] = fresh;
    return fresh;
  };
  const description = (): string => {
    const length = 90 + random(100);
    let text = "";
    while (text.length < length) text += word() + (random(12) === 0 ? ".\n" : random(15) === 0 ? ", " : " ");
    return text.trim();
  };
  for (let row = 0; row < rows; row++)
    yield { name: `${capitalised()} ${capitalised()}${suffix}`, sku: sku(row), description: description() + padding };
}

export async function generateFile(path: string, options: GenerateOptions): Promise<void> {
  const out = createWriteStream(path);
  let text = "name,sku,description\n";
  for (const { name, sku, description } of generateProducts(options)) {
    text += `${name},${sku},"${description}"\n`;
    if (text.length < 1 << 20) continue;
    if (!out.write(text)) await once(out, "drain");
    text = "";
  }
  out.end(text);
  await once(out, "finish");
}
