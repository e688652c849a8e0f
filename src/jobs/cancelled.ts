/** Thrown to roll back the transaction of an import or operation that was cancelled or has ended meanwhile. */
export class CancelledMeanwhile extends Error {
  override readonly name = "CancelledMeanwhile";
}
