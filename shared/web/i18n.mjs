// Texts: every language must have exactly the same keys and the same places to fill in.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const languages = ['zh', 'en'];
const folders = ['shared/web/i18n', 'sync-server/web/i18n'];

/** {namespace: {key: text}} of one language in one folder. */
function read(root, folder, language) {
  const path = join(root, folder, `${language}.json`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1]).sort();

/** Compares two namespaces' texts; every difference is one line that says what and where. */
export function differences(name, reference, other, otherName) {
  const wrong = [];
  for (const key of Object.keys(reference)) {
    if (!(key in other)) wrong.push(`${otherName}: ${name}.${key} is missing`);
    else if (typeof other[key] !== 'string' || other[key].trim() === '')
      wrong.push(`${otherName}: ${name}.${key} is empty`);
    else if (places(reference[key]).join() !== places(other[key]).join())
      wrong.push(`${otherName}: ${name}.${key} has other {places} than the first language`);
  }
  for (const key of Object.keys(other))
    if (!(key in reference)) wrong.push(`${otherName}: ${name}.${key} is superfluous`);
  return wrong;
}

/** Reads and checks every text of the project. Returns the English namespaces. */
export function checkTexts(root) {
  const wrong = [];
  const english = {};
  for (const folder of folders) {
    if (!languages.some((language) => existsSync(join(root, folder, `${language}.json`)))) continue;
    const [first, ...others] = languages;
    const reference = read(root, folder, first);
    for (const language of others) {
      const table = read(root, folder, language);
      const where = `${folder}/${language}.json`;
      const spaces = new Set([...Object.keys(reference), ...Object.keys(table)]);
      for (const space of spaces)
        wrong.push(...differences(space, reference[space] ?? {}, table[space] ?? {}, where));
      if (language === 'en') Object.assign(english, table);
    }
  }
  if (wrong.length) throw new Error(`texts differ between languages:\n  ${wrong.join('\n  ')}`);
  return english;
}

// A letter-for-letter stand-in: as long as English, shaped and ordered like a right-to-left script.
const letters = 'ابتثجحخدذرزسشصضطظعغفقكلمنه';

/** English as right-to-left nonsense, so that tests see mirrored pages without a translator. */
export function pseudo(text) {
  return text.replace(/\{\w+\}|[a-z]/gi, (hit) =>
    hit.length > 1 ? hit : letters[hit.toLowerCase().charCodeAt(0) - 97],
  );
}

export function pseudoTables(english) {
  const mapTexts = (table) =>
    Object.fromEntries(Object.entries(table).map(([key, text]) => [key, pseudo(text)]));
  return Object.fromEntries(
    Object.entries(english).map(([name, table]) => [name, mapTexts(table)]),
  );
}
