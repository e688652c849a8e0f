// `skuport serve` with settings that prevent its start, in a process of its own.
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createHome } from "../../tests/support/commands/home.ts";

test("files of the certificate are checked before the database is opened", async () => {
  const home = await createHome();
  const missing = join(home.path, "missing.pem");
  await writeFile(join(home.path, "key.pem"), "no key");
  const env = {
    SKUPORT_HOST: "0.0.0.0",
    SKUPORT_PUBLIC_URL: "https://shop.example",
    SKUPORT_TLS_CERT: missing,
    SKUPORT_TLS_KEY: join(home.path, "key.pem"),
  };
  const { code, err } = await home.run(["serve", "--port", "0"], { env });
  expect(code).toBe(1);
  expect(err).toMatch(
    /^SKUPORT_TLS_CERT: .*missing\.pem cannot be read: .* Check the path, and whether this user may read the file\.\n$/,
  );
  expect(existsSync(join(home.path, "data/postgres"))).toBe(false);
});
