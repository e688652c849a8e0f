// What a filter's texts are in a block of the backlog: bytes to be found, or a regular expression where a character has several
// spellings. It may find too much (a name instead of a description), never too little.
import { escapeCopy } from "./copy-text.ts";
import { lowerAscii, spellingsOf } from "./fold.ts";
import { termsOf } from "./pattern.ts";
import type { ProductFilter } from "../../../contract/product-filter.ts";

export type Needle = { bytes: Buffer; regex?: undefined } | { bytes?: undefined; regex: RegExp };

export function needlesOf(filter: ProductFilter): Needle[] {
  const others = [filter.name, filter.description].filter((text) => text !== undefined);
  return [...termsOf(filter.search ?? ""), ...others].map(needleOf);
}

function needleOf(term: string): Needle {
  const points = Array.from(lowerAscii(term.normalize("NFC"))).map((point) => spellingsOf(point).map(escapeCopy));
  if (points.every((spellings) => spellings.length === 1)) return { bytes: Buffer.from(points.join("")) };
  const source = points.map((spellings) => `(?:${spellings.map(escapeRegex).join("|")})`).join("");
  return { regex: new RegExp(source, "u") };
}

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
