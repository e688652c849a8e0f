// PostgreSQL's `hashtextextended` in JavaScript. Rows of a file are compared with products by hashes of eight bytes, so that the texts of
// the rows need not be sent to PostgreSQL. Each comparison uses a random seed. A change therefore goes unnoticed with a probability of only
// 2^-64 per row, and no one can craft a change that goes unnoticed.

/** Bob Jenkins' lookup3 (https://burtleburtle.net/bob/c/lookup3.c), as PostgreSQL implements it in `hash_bytes_extended`
 * (src/common/hashfn.c). The function is the same in versions 11 to 18, because hash partitions on disk depend on it.
 * @param hash the seed, high word first; the function replaces it with the hash, so that calls can be chained */
export function hashTextExtended(bytes: DataView, start: number, end: number, hash: Int32Array): void {
  const length = end - start;
  let a = (0x9e3779b9 + length + 3923095) | 0;
  let b = a;
  let c = a;
  if (hash[0] !== 0 || hash[1] !== 0) {
    a = (a + (hash[0] as number)) | 0;
    b = (b + (hash[1] as number)) | 0;
    a = ((a - c) | 0) ^ ((c << 4) | (c >>> 28));
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ ((a << 6) | (a >>> 26));
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ ((b << 8) | (b >>> 24));
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ ((c << 16) | (c >>> 16));
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ ((a << 19) | (a >>> 13));
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ ((b << 4) | (b >>> 28));
    b = (b + a) | 0;
  }
  let at = start;
  for (; at + 12 <= end; at += 12) {
    a = (a + bytes.getInt32(at, true)) | 0;
    b = (b + bytes.getInt32(at + 4, true)) | 0;
    c = (c + bytes.getInt32(at + 8, true)) | 0;
    a = ((a - c) | 0) ^ ((c << 4) | (c >>> 28));
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ ((a << 6) | (a >>> 26));
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ ((b << 8) | (b >>> 24));
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ ((c << 16) | (c >>> 16));
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ ((a << 19) | (a >>> 13));
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ ((b << 4) | (b >>> 28));
    b = (b + a) | 0;
  }
  // The lowest byte of `c` is reserved for the length, so the bytes of the text that go into `c` begin at its second byte.
  for (let i = 0; at + i < end; i++) {
    const byte = bytes.getUint8(at + i);
    if (i < 4) a = (a + (byte << (8 * i))) | 0;
    else if (i < 8) b = (b + (byte << (8 * (i - 4)))) | 0;
    else c = (c + (byte << (8 * (i - 7)))) | 0;
  }
  c = ((c ^ b) - ((b << 14) | (b >>> 18))) | 0;
  a = ((a ^ c) - ((c << 11) | (c >>> 21))) | 0;
  b = ((b ^ a) - ((a << 25) | (a >>> 7))) | 0;
  c = ((c ^ b) - ((b << 16) | (b >>> 16))) | 0;
  a = ((a ^ c) - ((c << 4) | (c >>> 28))) | 0;
  b = ((b ^ a) - ((a << 14) | (a >>> 18))) | 0;
  c = ((c ^ b) - ((b << 24) | (b >>> 8))) | 0;
  hash[0] = b;
  hash[1] = c;
}
