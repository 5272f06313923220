// BLAKE2b-256 (RFC 7693), plain and slow: Node offers only the 512-bit one. For tests.
const IV = [
  0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n,
];
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
const MASK = (1n << 64n) - 1n;
const turn = (word, by) => ((word >> by) | (word << (64n - by))) & MASK;

export function blake2b256(bytes) {
  const state = [...IV];
  state[0] ^= 0x01010020n;
  const blocks = Math.max(1, Math.ceil(bytes.length / 128));
  for (let block = 0; block < blocks; ++block) {
    const padded = new Uint8Array(128);
    padded.set(bytes.subarray(block * 128, block * 128 + 128));
    const view = new DataView(padded.buffer);
    const words = Array.from({ length: 16 }, (_, i) => view.getBigUint64(i * 8, true));
    const last = block === blocks - 1;
    const v = [...state, ...IV];
    v[12] ^= BigInt(last ? bytes.length : (block + 1) * 128);
    if (last) v[14] ^= MASK;
    const mix = (a, b, c, d, x, y) => {
      v[a] = (v[a] + v[b] + x) & MASK;
      v[d] = turn(v[d] ^ v[a], 32n);
      v[c] = (v[c] + v[d]) & MASK;
      v[b] = turn(v[b] ^ v[c], 24n);
      v[a] = (v[a] + v[b] + y) & MASK;
      v[d] = turn(v[d] ^ v[a], 16n);
      v[c] = (v[c] + v[d]) & MASK;
      v[b] = turn(v[b] ^ v[c], 63n);
    };
    for (let round = 0; round < 12; ++round) {
      const s = SIGMA[round % 10];
      mix(0, 4, 8, 12, words[s[0]], words[s[1]]);
      mix(1, 5, 9, 13, words[s[2]], words[s[3]]);
      mix(2, 6, 10, 14, words[s[4]], words[s[5]]);
      mix(3, 7, 11, 15, words[s[6]], words[s[7]]);
      mix(0, 5, 10, 15, words[s[8]], words[s[9]]);
      mix(1, 6, 11, 12, words[s[10]], words[s[11]]);
      mix(2, 7, 8, 13, words[s[12]], words[s[13]]);
      mix(3, 4, 9, 14, words[s[14]], words[s[15]]);
    }
    for (let i = 0; i < 8; ++i) state[i] ^= v[i] ^ v[i + 8];
  }
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  for (let i = 0; i < 4; ++i) view.setBigUint64(i * 8, state[i], true);
  return out;
}
