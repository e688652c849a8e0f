// The Chromium that comes from npm, unpacked once for all test processes of a run, with its own libraries and fonts.
import { access, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Unpacks it under the run's temporary folder and returns the program's path. */
export async function unpackBrowser(): Promise<string> {
  // Read when the package is loaded: it then unpacks the shared libraries that a bare machine lacks.
  process.env["AWS_LAMBDA_JS_RUNTIME"] = "nodejs20.x";
  process.env["FONTCONFIG_FILE"] = join(tmpdir(), "fontconfig.xml");
  const { default: packed } = await import("@sparticuz/chromium");
  const isUnpacked = join(tmpdir(), "browser-is-unpacked");
  if (await isFirst(join(tmpdir(), "browser-is-being-unpacked"))) {
    // The package's own list of font folders knows /tmp only. A browser without any font shows no text at all.
    await writeFile(process.env["FONTCONFIG_FILE"], fontconfig(tmpdir()));
    await packed.executablePath();
    await writeFile(isUnpacked, "");
  }
  // Another process that unpacks: half a program must not be started.
  while (!(await exists(isUnpacked))) await pause(50);
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
