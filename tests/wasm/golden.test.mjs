// The module that browsers run, held against the same golden bytes as the native build.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { blake2b256 } from './blake2b.mjs';

const golden = join(dirname(fileURLToPath(import.meta.url)), '../golden');
const path = process.env.HUIYIN_WASM_MODULE;
if (!path) throw new Error('HUIYIN_WASM_MODULE must name the module');
const module = new WebAssembly.Module(readFileSync(path));

const fromHex = (text) => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes) => Buffer.from(bytes).toString('hex');
const goldenBytes = (name) =>
  fromHex(
    readFileSync(join(golden, `${name}.hex`), 'utf8')
      .split('\n')
      .map((line) => line.split('#')[0].trim())
      .join(''),
  );
const frames = readdirSync(golden)
  .filter((name) => /_r\d+\.hex$/.test(name))
  .map((name) => name.slice(0, -4));

function start() {
  let exports;
  const view = (at, size) => new Uint8Array(exports.memory.buffer, at >>> 0, size);
  const imports = {
    huiyin: {
      blake2b: (at, size, out) => view(out, 32).set(blake2b256(view(at, size).slice())),
      sha256: (at, size, out) => view(out, 32).set(createHash('sha256').update(view(at, size)).digest()),
      verify: (key, at, size, signature) => {
        const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), view(key, 32)]);
        const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
        return verifySignature(null, view(at, size), publicKey, view(signature, 64)) ? 1 : 0;
      },
    },
  };
  exports = new WebAssembly.Instance(module, imports).exports;
  exports._initialize?.();
  /** Copies the arrays in, calls, and gives { ok, bytes } or { ok: false, error }. */
  const call = (name, ...parameters) => {
    const pointers = [];
    const flat = parameters.map((parameter) => {
      if (typeof parameter === 'number') return parameter;
      const at = exports.hy_alloc(parameter.length);
      pointers.push(at);
      view(at, parameter.length).set(parameter);
      return at;
    });
    const length = exports[name](...flat);
    const bytes = view(exports.hy_result(), exports.hy_result_size()).slice();
    pointers.forEach((at) => exports.hy_free(at));
    return length >= 0 ? { ok: true, bytes } : { ok: false, error: Buffer.from(bytes).toString('utf8') };
  };
  return { exports, call };
}

test('the helper BLAKE2b-256 gives the known answers', () => {
  assert.equal(toHex(blake2b256(new Uint8Array(0))), '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8');
  assert.equal(toHex(blake2b256(Buffer.from('abc'))), 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319');
});

test('the module imports nothing but hashing and verifying', () => {
  for (const { module: from, name } of WebAssembly.Module.imports(module))
    assert.ok(from === 'huiyin' && ['blake2b', 'sha256', 'verify'].includes(name), `${from}.${name}`);
});

test('there are golden bytes of all 13 messages', () => assert.equal(frames.length, 13));

for (const name of frames)
  test(`${name} decodes and encodes to the same bytes`, () => {
    const { call } = start();
    const bytes = goldenBytes(name);
    const again = call('hy_roundtrip', bytes, bytes.length);
    assert.ok(again.ok, again.error);
    assert.equal(toHex(again.bytes), toHex(bytes));
  });

test('the golden push verifies to the golden chain, and not for another device', () => {
  const { call } = start();
  const push = goldenBytes('push_r1');
  const hello = goldenBytes('hello_r1');
  const enrol = goldenBytes('enrol_r1');
  const office = goldenBytes('challenge_r1').slice(10 + 2 + 32, 10 + 2 + 32 + 16);
  const device = hello.slice(10 + 3, 10 + 3 + 16);
  const key = enrol.slice(10 + 8, 10 + 8 + 32);
  const records = call('hy_verify_push', push, push.length, office, device, key, new Uint8Array(32));
  assert.ok(records.ok, records.error);
  assert.equal(toHex(records.bytes), toHex(goldenBytes('record_chain')));

  const other = device.slice();
  other[0] ^= 1;
  const refused = call('hy_verify_push', push, push.length, office, other, key, new Uint8Array(32));
  assert.ok(!refused.ok);
  assert.match(refused.error, /signature/);
});

test('a record hash is computed through the imported hash', () => {
  const { call } = start();
  const header = goldenBytes('record_header');
  const previous = new Uint8Array(32).fill(7);
  const digest = new Uint8Array(32).fill(9);
  const hash = call('hy_record_hash', previous, header, header.length, digest);
  assert.ok(hash.ok, hash.error);
  const expected = blake2b256(Buffer.concat([Buffer.from('huiyin/rec/1'), previous, header, digest]));
  assert.equal(toHex(hash.bytes), toHex(expected));
  assert.ok(!call('hy_record_hash', previous, header.slice(1), header.length - 1, digest).ok);
});

test('hostile bytes give an error or the same bytes, never a trap', () => {
  const { call, exports } = start();
  let refused = 0;
  const feed = (bytes) => {
    const answer = call('hy_roundtrip', bytes, bytes.length);
    if (!answer.ok) {
      assert.ok(answer.error.length > 0);
      ++refused;
    }
    return answer.ok;
  };
  for (const name of frames) {
    const bytes = goldenBytes(name);
    for (let size = 0; size < bytes.length; ++size) assert.ok(!feed(bytes.slice(0, size)), `${name} cut to ${size}`);
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      const damaged = bytes.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      feed(damaged);
    }
  }
  // Nine bytes that declare 2^40 elements, in every kind of message.
  const before = exports.memory.buffer.byteLength;
  for (let type = 0; type < 256; ++type)
    feed(new Uint8Array([0x48, 0x59, 1, type, 1, 0, 9, 0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 1, 2, 3]));
  assert.equal(exports.memory.buffer.byteLength, before, 'no memory was asked for');
  assert.ok(refused > 2500, `${refused} refused`);
});

test('a thousand rounds do not make the memory grow', () => {
  const { call, exports } = start();
  const bytes = goldenBytes('push_r1');
  for (let i = 0; i < 100; ++i) call('hy_roundtrip', bytes, bytes.length);
  const before = exports.memory.buffer.byteLength;
  for (let i = 0; i < 1000; ++i) call('hy_roundtrip', bytes, bytes.length);
  assert.equal(exports.memory.buffer.byteLength, before);
});
