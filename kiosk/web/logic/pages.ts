/** Things shown a page at a time, because nothing scrolls on a kiosk. */

/** Splits evenly into the fewest pages of at most `most`: 18 things make 6 + 6 + 6, not 8 + 8 + 2. */
export function pagesOf<T>(things: readonly T[], most: number): T[][] {
  if (things.length <= most) return [[...things]];
  const count = Math.ceil(things.length / most);
  let each = Math.ceil(things.length / count);
  // Two rows: an even number fills both.
  if (each % 2 === 1 && each < most) each += 1;
  const pages: T[][] = [];
  for (let at = 0; at < things.length; at += each) pages.push(things.slice(at, at + each));
  return pages;
}
