// Makes a scan wait while the disk has no space for the text that it writes.
import { createSpaceCheck, type SpaceCheck } from "../../db/data-dir/disk-reserve.ts";
import type { ImportContext } from "../context.ts";
import { waitForSpace } from "../files/disk-space.ts";
import { ScanOver } from "./watch-scan.ts";

/** Returns a check that waits until the disk has space for a write.
 * @throws ScanOver if the import is cancelled or ends during the wait */
export const scratchSpace = (context: ImportContext, importId: number, signal: AbortSignal): SpaceCheck => {
  const { disk } = context;
  return disk === undefined
    ? () => undefined
    : createSpaceCheck(disk, async (bytes) => {
        if (!(await waitForSpace(context, disk, bytes, importId, signal))) throw new ScanOver();
      });
};
