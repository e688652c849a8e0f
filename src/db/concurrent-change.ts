/** Another writer changed or deleted a row between the read and the write: read it again. */
export class ConcurrentChange extends Error {
  override readonly name = "ConcurrentChange";
}
