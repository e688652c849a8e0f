// Decodes the escapes in a workbook's strings (ST_Xstring, ECMA-376, 22.9.2.19): `_x000D_` is a CR, `_x005F_` an underscore.

const ESCAPE = /_x([0-9A-Fa-f]{4})_/g;

export function unescapeText(text: string): string {
  if (!text.includes("_x")) return text;
  const plain = text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  // If decoding creates a lone surrogate, which is not a character, the text only looked as if it had escapes. Keep it unchanged.
  return plain.isWellFormed() ? plain : text;
}
