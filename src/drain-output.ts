// At the end of a command, waits until its output has reached the program that reads it.
import type { Writable } from "node:stream";

/** A reader that accepts nothing for this long counts as stopped. The limit is long, because a pager reads only when its user scrolls. */
const MAX_STALL_MS = 600_000;
const POLL_MS = 1000;

/**
 * Resolves when everything written so far has reached the reader, the reader has closed, or the signal aborts. The event "drain" is not
 * enough: a stream emits it only if a write has filled its buffer.
 * @returns the number of bytes that a stalled reader has not accepted; 0 in all other cases
 */
export function drainOutput(stream: Writable, signal: AbortSignal, maxStallMs = MAX_STALL_MS): Promise<number> {
  return new Promise((resolve) => {
    let left = stream.writableLength;
    let stalledMs = 0;
    const timer = setInterval(() => {
      stalledMs = stream.writableLength === left ? stalledMs + POLL_MS : 0;
      left = stream.writableLength;
      if (stalledMs >= maxStallMs) end(left);
    }, POLL_MS);
    const end = (bytes: number): void => {
      clearInterval(timer);
      resolve(bytes);
    };
    const stop = (): void => {
      end(0);
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    // The callback runs after all earlier writes, or after an error of the stream.
    stream.write("", stop);
  });
}
