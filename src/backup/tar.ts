// The headers of a tar file (POSIX ustar). A backup is a tar file, so that its parts can be extracted without Skuport.

const BLOCK = 512;
const NAME_BYTES = 100;
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;

/** Two empty blocks end a tar file. */
export const TAR_END = Buffer.alloc(2 * BLOCK);
export const HEADER_BYTES = BLOCK;

export interface TarHeader {
  name: string;
  size: number;
}

/** Returns the header of a regular file that only its owner can read. */
export function tarHeader({ name, size }: TarHeader): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES) throw new Error(`The name is too long for a tar file: ${name}`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write("0000600\0", 100); // mode
  header.write("0000000\0", 108); // uid
  header.write("0000000\0", 116); // gid
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136); // modification time
  header.write("0", 156); // regular file
  header.write("ustar\u000000", 257);
  header.write(`${checksumOf(header).toString(8).padStart(6, "0")}\0 `, CHECKSUM_AT);
  return header;
}

/** Returns undefined if the block is not the header of a regular file. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  const checksum = octal(block.subarray(CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES));
  const size = octal(block.subarray(124, 136));
  if (checksum !== checksumOf(block) || size === undefined || block.toString("latin1", 156, 157) !== "0")
    return undefined;
  const end = block.indexOf(0);
  return { name: block.toString("utf8", 0, end === -1 || end > NAME_BYTES ? NAME_BYTES : end), size };
}

/** The number of bytes that fill the last block of a file of this size. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** The sum of all bytes, with blanks in place of the checksum itself. */
function checksumOf(header: Buffer): number {
  let sum = CHECKSUM_BYTES * 0x20;
  for (const [i, byte] of header.entries()) if (i < CHECKSUM_AT || i >= CHECKSUM_AT + CHECKSUM_BYTES) sum += byte;
  return sum;
}

function octal(field: Buffer): number | undefined {
  const digits = /^([0-7]+)[\0 ]*$/.exec(field.toString("latin1"))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}
