// Limits unfinished uploads. Each client has its own limits, so that no client can prevent the uploads of other clients. A client
// that exceeds its limits loses its own unfinished uploads, starting with the one that has been silent for longest.

export interface OpenUpload {
  id: number;
  filename: string;
  size: number;
  received: number;
  client: string | null;
}

export interface UploadLimits {
  /** Maximum number of a client's unfinished uploads. */
  uploads: number;
  /** Maximum total size of the files of a client's unfinished uploads, in bytes. */
  bytes: number;
  /** Free bytes on the disk. */
  free_bytes: number;
}

/**
 * Chooses which uploads of `client` the server must end, so that this client can begin an upload of `size` bytes.
 * @param open all unfinished uploads, starting with the one that has been silent for longest
 * @returns undefined if the disk is too full even without the client's other uploads
 */
export function chooseEvictions(
  open: readonly OpenUpload[],
  client: string,
  size: number,
  limits: UploadLimits,
): OpenUpload[] | undefined {
  const own = open.filter((upload) => upload.client === client);
  let uploads = own.length;
  let bytes = own.reduce((sum, upload) => sum + upload.size, 0);
  // Reserve space for the bytes that unfinished uploads have yet to send.
  let freeBytes = limits.free_bytes - open.reduce((sum, upload) => sum + upload.size - upload.received, 0);
  const evicted: OpenUpload[] = [];
  while (uploads >= limits.uploads || bytes + size > limits.bytes || freeBytes < size) {
    const next = own[evicted.length];
    if (next === undefined) return freeBytes < size ? undefined : evicted;
    evicted.push(next);
    uploads--;
    bytes -= next.size;
    freeBytes += next.size;
  }
  return evicted;
}
