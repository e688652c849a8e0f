// Creates TLS certificates for tests. They are signed with their own key, so clients must trust each one explicitly.
import { isIP } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";

export interface TestCertificate {
  cert: string;
  key: string;
}

/** @param names host names and IP addresses for which the certificate is valid */
export async function makeCertificate(names: readonly string[], validTo?: Date): Promise<TestCertificate> {
  const altNames = names.map((name) =>
    isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name },
  );
  const { cert, private: key } = await generate([{ name: "commonName", value: names[0] ?? "test" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames }],
    notBeforeDate: new Date("2020-01-01T00:00:00Z"),
    notAfterDate: validTo ?? new Date("2099-01-01T00:00:00Z"),
  });
  return { cert, key };
}

/** Writes the certificate to files of the folder, and returns their paths. */
export async function writeCertificate(dir: string, pem: TestCertificate): Promise<TestCertificate> {
  const files = { cert: join(dir, "cert.pem"), key: join(dir, "key.pem") };
  await writeFile(files.cert, pem.cert);
  await writeFile(files.key, pem.key, { mode: 0o600 });
  return files;
}
