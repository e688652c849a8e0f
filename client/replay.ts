// Keeps the beginning of a stream, such as standard input, so that it can be sent again after a refused request.

/** Number of bytes of the stream that are kept, so that they can be sent again. The server refuses a request before it reads the file.
 * Until then, the client has sent no more than fits into the socket buffers, which are smaller than 16 MB. */
const KEPT_BYTES = 16 << 20;
const RELEASED = new Uint8Array(0);

export interface Replay {
  /** Resolves when the source has produced its first chunk or has ended. */
  waitForData: () => Promise<void>;
  /** Yields the source's chunks from the beginning. Can be called again while `canRepeat` returns true. */
  chunks: () => AsyncGenerator<Uint8Array>;
  /** False once more than KEPT_BYTES have been read. */
  canRepeat: () => boolean;
}

export function createReplay(source: AsyncIterable<Uint8Array>): Replay {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let hasEnded = false;
  let reading: Promise<void> | undefined;

  // Two requests may wait for the same chunk: the refused request and its repetition.
  const readMore = (): Promise<void> =>
    (reading ??= iterator
      .next()
      .then(({ done, value }) => {
        if (done === true) hasEnded = true;
        else {
          chunks.push(value);
          bytes += value.byteLength;
        }
      })
      .finally(() => (reading = undefined)));

  let released = 0;
  const release = (last: number): void => {
    while (released <= last) chunks[released++] = RELEASED;
  };

  return {
    waitForData: () => (chunks.length === 0 && !hasEnded ? readMore() : Promise.resolve()),
    canRepeat: () => bytes <= KEPT_BYTES,
    async *chunks() {
      for (let next = 0; ; next++) {
        while (next === chunks.length && !hasEnded) await readMore();
        const chunk = chunks[next];
        if (chunk === undefined) return;
        if (bytes > KEPT_BYTES) release(next);
        yield chunk;
      }
    },
  };
}
