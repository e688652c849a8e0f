// Whether a text is a GTIN: 8, 12, 13 or 14 digits with a valid check digit.
export function isGtin(text: string): boolean {
  const digits = text.trim();
  if (!/^(?:\d{8}|\d{12,14})$/.test(digits)) return false;
  const padded = digits.padStart(14, "0");
  let sum = 0;
  for (let i = 0; i < padded.length; i++) sum += Number(padded[i]) * (i % 2 === 0 ? 3 : 1);
  return sum % 10 === 0;
}
