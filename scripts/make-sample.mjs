// Writes web/public/samples/sample-catalogue.csv, the catalogue that new users import with one click. The output is always the same: about
// 2,400 rows of an outdoor and tea shop, with invented product names. Some rows repeat a SKU and some are invalid, so that the result shows
// all counts of an import.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const TARGET = join(dirname(fileURLToPath(import.meta.url)), "../web/public/samples/sample-catalogue.csv");
const PRODUCTS = 2_400;

/* cspell:disable -- names in several languages, to show that an import keeps umlauts and accents */
const KINDS = [
  [
    "TEA",
    "Tea",
    ["Assam", "Darjeeling", "Sencha", "Oolong", "Früchtetee", "Rooibos", "Earl Grey"],
    [6, 24],
    ["100 g", "250 g", "500 g"],
  ],
  [
    "POT",
    "Teapots",
    ["Teapot", "Gusseisenkanne", "Glass pot", "Travel kettle"],
    [19, 120],
    ["0.6 l", "0.9 l", "1.2 l"],
  ],
  ["TNT", "Tents", ["Ridge tent", "Dome tent", "Tarp", "Biwaksack"], [59, 690], ["1 person", "2 persons", "4 persons"]],
  ["BAG", "Bags", ["Daypack", "Rucksack", "Duffel", "Hüfttasche", "Dry bag"], [25, 260], ["12 l", "28 l", "55 l"]],
  ["JKT", "Jackets", ["Rain jacket", "Wind shell", "Daunenjacke", "Fleece"], [49, 420], ["S", "M", "L", "XL"]],
  ["LMP", "Lamps", ["Head lamp", "Lantern", "Stirnlampe", "Lamp"], [15, 140], ["200 lm", "400 lm", "900 lm"]],
  ["MUG", "Mugs", ["Enamel mug", "Thermobecher", "Steel cup", "Bowl"], [8, 45], ["0.25 l", "0.35 l", "0.5 l"]],
];
const BRANDS = ["Nordwind", "Bergquell", "Teehaus Grün", "Ålesund", "Kestrel & Co", "Café Léon", "Søndre", "Hügel"];
const COLOURS = ["moss green", "slate", "rust", "ocean", "Weiß", "anthracite", "honey", "café"];
const TRAITS = [
  "Light and tough.",
  "Made to be repaired.",
  "Für draußen und drinnen.",
  "Second choice of colours on request.",
  'The "small" one of the series.',
];

/* cspell:enable */

const random = seeded(20_260_501);
const pick = (list) => list[Math.floor(random() * list.length)];

const rows = Array.from({ length: PRODUCTS }, (_, i) => makeRow(i));
// Repeated SKUs: an import uses the later row.
for (let i = 0; i < 12; i++) rows.push([...rows[i * 37].slice(0, 4), "29.90", ...rows[i * 37].slice(5)]);
// Typical errors in a supplier's file.
rows[410][7] = "perhaps";
rows[977][7] = "maybe";
rows[1_203][0] = "";
rows[1_851][1] = "";

const header = ["sku", "name", "description", "brand", "price", "colour", "size", "active", "stock"];
mkdirSync(dirname(TARGET), { recursive: true });
writeFileSync(TARGET, [header, ...rows].map((row) => `${row.map(quote).join(",")}\n`).join(""));

function makeRow(i) {
  const [code, , names, [least, most], sizes] = KINDS[i % KINDS.length];
  const name = pick(names);
  const colour = pick(COLOURS);
  const size = pick(sizes);
  const price = (least + random() ** 2 * (most - least)).toFixed(0);
  const sku = `${code}-${String(1000 + Math.floor(i / KINDS.length)).padStart(4, "0")}`;
  return [
    sku,
    `${name}, ${colour}`,
    `${pick(TRAITS)} ${size}.`,
    pick(BRANDS),
    `${price}.90`,
    colour,
    size,
    random() < 0.08 ? "no" : "yes",
    String(Math.floor(random() ** 2 * 400)),
  ];
}

function quote(value) {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** A pseudo-random generator (mulberry32), so that every run writes the same file. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
