// Unpacks the Chromium from npm, with its own libraries and fonts, once for all test processes of a run.
import { access, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../support/until.ts";

/** Unpacks the browser into the temporary folder of the test run, and returns the path of the executable. */
export async function unpackBrowser(): Promise<string> {
  // The package reads this variable when it is loaded. If it is set, the package also unpacks shared libraries that a minimal system
  // lacks.
  process.env["AWS_LAMBDA_JS_RUNTIME"] = "nodejs20.x";
  process.env["FONTCONFIG_FILE"] = join(tmpdir(), "fontconfig.xml");
  const { default: packed } = await import("@sparticuz/chromium");
  const isUnpacked = join(tmpdir(), "browser-is-unpacked");
  if (await isFirst(join(tmpdir(), "browser-is-being-unpacked"))) {
    // The package's own fontconfig file only lists fonts in /tmp. Without fonts, the browser shows no text.
    await writeFile(process.env["FONTCONFIG_FILE"], fontconfig(tmpdir()));
    await packed.executablePath();
    await writeFile(isUnpacked, "");
  }
  // Another process may still be unpacking. Wait, so that no incomplete executable is started.
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
