import { expect, test } from "vitest";
import { isAlive, readProcessStart } from "./process-identity.ts";

const { pid } = process;
const own = readProcessStart(pid) ?? "";
const [boot = "", ticks = "", bootTime = ""] = own.split("/");
const isLinux = process.platform === "linux";

test("a process is alive, and another process with the same pid is not", () => {
  expect(isAlive({ pid, started: own })).toBe(true);
  expect(isAlive({ pid, started: "earlier" })).toBe(false);
  expect(isAlive({ pid, started: "" })).toBe(false);
});

test.runIf(isLinux)(
  "a process is alive if it sees another boot id than this one, as in a container with its own",
  () => {
    expect(isAlive({ pid, started: `other-boot/${ticks}/${bootTime}` })).toBe(true);
    expect(isAlive({ pid, started: `other-boot/${ticks}/${Number(bootTime) + 2}` })).toBe(true);
  },
);

test.runIf(isLinux)("a process of an earlier boot is not alive, even if pid and ticks repeat", () => {
  expect(isAlive({ pid, started: `other-boot/${ticks}/${Number(bootTime) - 600}` })).toBe(false);
  expect(isAlive({ pid, started: `other-boot/${ticks}` })).toBe(false);
  expect(isAlive({ pid, started: `${boot}/${Number(ticks) + 1}/${bootTime}` })).toBe(false);
});

test.runIf(isLinux)(
  "a correction of the clock does not end a process, and neither does a lock without the time of the boot",
  () => {
    expect(isAlive({ pid, started: `${boot}/${ticks}/${Number(bootTime) + 86_400}` })).toBe(true);
    expect(isAlive({ pid, started: `${boot}/${ticks}` })).toBe(true);
  },
);
