// Unpacks a page. The header of a page states the unpacked length. No decoder writes more bytes than this.
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { CompressionCodec } from "hyparquet";
import { unsupportedParquet } from "../parquet-fault.ts";
import { unpackHadoopLz4, unpackLz4 } from "./lz4.ts";
import { unpackSnappy } from "./snappy.ts";

/** @param length length of the unpacked page
 * @throws Problem unsupported-file; Error if the page is damaged */
export function unpackPage(packed: Buffer, length: number, codec: CompressionCodec): Buffer {
  const unpacked = unpack(packed, length, codec);
  if (unpacked.length !== length) throw new Error(`a page has ${unpacked.length} bytes instead of ${length}`);
  return unpacked;
}

function unpack(packed: Buffer, length: number, codec: CompressionCodec): Buffer {
  // The decoders of Node refuse a limit of zero.
  const limit = { maxOutputLength: Math.max(length, 1) };
  switch (codec) {
    case "UNCOMPRESSED":
      return packed;
    case "SNAPPY":
      return unpackSnappy(packed, length);
    case "GZIP":
      return gunzipSync(packed, limit);
    case "BROTLI":
      return brotliDecompressSync(packed, limit);
    case "ZSTD":
      return zstdDecompressSync(packed, limit);
    case "LZ4":
      return unpackHadoopLz4(packed, length);
    case "LZ4_RAW":
      return unpackLz4(packed, length);
    case "LZO":
      throw unsupportedParquet("Its pages are compressed by LZO.", "Write the file with Snappy or Zstandard.");
  }
}
