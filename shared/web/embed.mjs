// Writes the assembler file that holds the assets' bytes and the C++ table that names them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const quote = (text) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

function assembler(rows) {
  const lines = ['  .section .rodata,"a",%progbits'];
  const blob = (symbol, file) =>
    lines.push(
      '  .balign 16',
      `  .globl ${symbol}`,
      `  .hidden ${symbol}`,
      `${symbol}:`,
      `  .incbin ${quote(file)}`,
    );
  for (const row of rows) {
    blob(row.symbol, row.file);
    if (row.gzipSize) blob(`${row.symbol}_gz`, `${row.file}.gz`);
  }
  lines.push('  .section .note.GNU-stack,"",%progbits', '');
  return lines.join('\n');
}

function table(bundles) {
  const rows = bundles.flatMap((bundle) => bundle.rows);
  const out = ['// Made by shared/web/build.mjs.', '#include "shared/web/assets.hpp"', ''];
  out.push('extern "C" {');
  for (const row of rows) {
    out.push(`extern const std::uint8_t ${row.symbol}[${row.rawSize}];`);
    if (row.gzipSize) out.push(`extern const std::uint8_t ${row.symbol}_gz[${row.gzipSize}];`);
  }
  out.push('}', '', 'namespace huiyin::web {');
  for (const bundle of bundles) {
    out.push(`std::span<const Asset> ${bundle.name}_assets() {`);
    if (!bundle.rows.length) {
      out.push('  return {};', '}');
      continue;
    }
    out.push('  static const Asset all[] = {');
    for (const row of bundle.rows)
      out.push(
        `    {${quote(row.url)}, ${quote(row.type)}, ${quote(row.etag)},`,
        `     ByteView(${row.symbol}, ${row.rawSize}), ` +
          `${row.gzipSize ? `ByteView(${row.symbol}_gz, ${row.gzipSize})` : 'ByteView()'}, ` +
          `${row.immutable}},`,
      );
    out.push('  };', '  return all;', '}');
  }
  out.push('}  // namespace huiyin::web', '');
  return out.join('\n');
}

/** `bundles`: [{name, rows: [{symbol, file, url, type, etag, rawSize, gzipSize, immutable}]}]. */
export function writeEmbedding(folder, bundles) {
  writeFileSync(join(folder, 'assets.S'), assembler(bundles.flatMap((bundle) => bundle.rows)));
  writeFileSync(join(folder, 'assets.cpp'), table(bundles));
}
