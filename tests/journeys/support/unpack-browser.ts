// Unpacks the Chromium from npm once for all test processes of a run, with its own libraries and fonts.
import { access, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../support/until.ts";

/** Unpacks the browser into the run's temporary folder and returns the path of the program. */
export async function unpackBrowser(): Promise<string> {
  // The package reads this when it is loaded, and then also unpacks shared libraries that a minimal system lacks.
  process.env["AWS_LAMBDA_JS_RUNTIME"] = "nodejs20.x";
  process.env["FONTCONFIG_FILE"] = join(tmpdir(), "fontconfig.xml");
  const { default: packed } = await import("@sparticuz/chromium");
  const isUnpacked = join(tmpdir(), "browser-is-unpacked");
  if (await isFirst(join(tmpdir(), "browser-is-being-unpacked"))) {
    // The package's own fontconfig only lists /tmp. Without fonts, the browser shows no text.
    await writeFile(process.env["FONTCONFIG_FILE"], fontconfig(tmpdir()));
    await packed.executablePath();
    await writeFile(isUnpacked, "");
  }
  // Another process may be unpacking; do not start an incomplete program.
  await until(() => exists(isUnpacked));
  return packed.executablePath();
}

async function isFirst(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const fontconfig = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, "fonts")}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
</fontconfig>
`;
