/** Thrown if another writer changed or deleted a row between the read and the write. The caller must read the row again. */
export class ConcurrentChange extends Error {
  override readonly name = "ConcurrentChange";
}
