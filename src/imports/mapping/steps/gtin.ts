// Global Trade Item Numbers (https://www.gs1.org/services/how-calculate-check-digit-manually).

/** Number of digits to which GTINs are padded for comparison. */
const DIGITS = 14;

/** Returns the 14 digits of a GTIN with 8, 12, 13 or 14 digits. Spaces and hyphens between the digits do not matter.
 * @returns null if the text is not a GTIN, or its check digit is wrong */
export function normalizeGtin(text: string): string | null {
  const digits = text.replace(/[\s-]/g, "");
  // Zeros alone have a valid check digit, but mean that the GTIN is missing.
  if (!/^(?:\d{8}|\d{12,14})$/.test(digits) || /^0+$/.test(digits)) return null;
  const padded = digits.padStart(DIGITS, "0");
  let sum = 0;
  for (let i = 0; i < DIGITS - 1; i++) sum += (padded.charCodeAt(i) - 48) * (i % 2 === 0 ? 3 : 1);
  return (10 - (sum % 10)) % 10 === padded.charCodeAt(DIGITS - 1) - 48 ? padded : null;
}
