// Decodes the escapes in a workbook's texts (ST_Xstring, ECMA-376, 22.9.2.19): `_x000D_` is a CR, `_x005F_` an underscore.

const ESCAPE = /_x([0-9A-Fa-f]{4})_/g;

export function unescapeText(text: string): string {
  if (!text.includes("_x")) return text;
  const plain = text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  // A lone surrogate is not a character: such a text only looks as if it had escapes.
  return plain.isWellFormed() ? plain : text;
}
