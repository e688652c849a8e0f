// Mounts a small disk that a test can fill and empty.
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const MB = 1 << 20;

export interface SmallDisk {
  folder: string;
  freeMb(): number;
  /** Writes a file until only `leaveMb` megabytes are free. */
  fill(leaveMb: number): void;
  /** Deletes the file that `fill` wrote. */
  makeRoom(): void;
}

/** Reason why this machine cannot mount a small disk; undefined if it can. */
export const NO_SMALL_DISK = whyNot();

/** Mounts a tmpfs of `sizeMb` megabytes, which is unmounted after the test. */
export function mountSmallDisk(sizeMb: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  mount(folder, sizeMb);
  const filler = join(folder, "filler");
  onTestFinished(() => {
    execFileSync("umount", ["--lazy", folder]);
  });
  const freeMb = (): number => {
    const { bavail, bsize } = statfsSync(folder);
    return (bavail * bsize) / MB;
  };
  return {
    folder,
    freeMb,
    fill(leaveMb) {
      const file = openSync(filler, "a");
      const piece = Buffer.alloc(MB / 16, "x");
      // To fill the disk completely, write pieces of 64 kB until no further piece fits, then pieces of 4 kB.
      for (const bytes of [piece.length, 4096]) writeUntil(file, piece.subarray(0, bytes), () => freeMb() <= leaveMb);
      closeSync(file);
    },
    makeRoom() {
      rmSync(filler, { force: true });
    },
  };
}

function writeUntil(file: number, piece: Buffer, isEnough: () => boolean): void {
  try {
    while (!isEnough()) writeSync(file, piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

function mount(folder: string, sizeMb: number): void {
  // The mode is 755 because PostgreSQL runs under another account, which must be able to enter the folder.
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${String(sizeMb)}m,mode=755`, "none", folder], { stdio: "pipe" });
}

function whyNot(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "only root on Linux can mount a small tmpfs";
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  try {
    mount(folder, 1);
    execFileSync("umount", [folder]);
    return undefined;
  } catch (error) {
    return `this system does not let root mount a tmpfs (${(error as Error).message.trim()})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
