// Limits of unfinished uploads. A client has a number of places and bytes of its own, so that none can take those of others; where
// it wants more, its own uploads give way, beginning with the one that has been silent for longest.

export interface OpenUpload {
  id: number;
  filename: string;
  size: number;
  received: number;
  client: string | null;
}

export interface UploadLimits {
  /** Unfinished uploads of one client. */
  uploads: number;
  /** Bytes that the files of one client's unfinished uploads will have together. */
  bytes: number;
  /** Bytes that the disk has left for files. */
  room: number;
}

/**
 * The uploads of `client` that end so that it can begin one of `size` bytes; undefined when the disk has no room for it even then.
 * @param open all unfinished uploads, those that have been silent for longest first
 */
export function chooseToEnd(
  open: readonly OpenUpload[],
  client: string,
  size: number,
  limits: UploadLimits,
): OpenUpload[] | undefined {
  const own = open.filter((upload) => upload.client === client);
  let uploads = own.length;
  let bytes = own.reduce((sum, upload) => sum + upload.size, 0);
  // What unfinished uploads have yet to send is as good as written.
  let room = limits.room - open.reduce((sum, upload) => sum + upload.size - upload.received, 0);
  const ended: OpenUpload[] = [];
  while (uploads >= limits.uploads || bytes + size > limits.bytes || room < size) {
    const next = own[ended.length];
    if (next === undefined) return room < size ? undefined : ended;
    ended.push(next);
    uploads--;
    bytes -= next.size;
    room += next.size;
  }
  return ended;
}
