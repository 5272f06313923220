/** A receipt's digits as they are typed: five rows of four, wherever they appear. */

export const rows = 5;
export const perRow = 4;
export const codeLength = rows * perRow;

/** What the digits are after a key: a digit, "delete" or "clear"; a full code takes no more. */
export function press(digits: string, key: string, length = codeLength): string {
  if (key === 'clear') return '';
  if (key === 'delete') return digits.slice(0, -1);
  return /^[0-9]$/.test(key) && digits.length < length ? digits + key : digits;
}

/** A pasted or scanned code: every digit of it, blanks and hyphens ignored, cut at the end. */
export function digitsOf(text: string): string {
  return (text.match(/[0-9]/g) ?? []).join('').slice(0, codeLength);
}

/** Five rows of four places; a place not typed yet is an empty string. */
export function grid(digits: string): string[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: perRow }, (__, at) => digits[row * perRow + at] ?? ''),
  );
}
