// Detects that the response of a request can no longer arrive.
import type { FastifyReply, FastifyRequest } from "fastify";

export interface Closing {
  readonly is_closed: boolean;
  /** Calls back when the response or its connection closes, or immediately if it is closed. */
  onClose: (callback: () => void) => void;
}

/** Watches both the response and its connection, because the response of a pipelined request never emits `close` itself. */
export function whenClosed({ raw: { socket } }: FastifyRequest, { raw: response }: FastifyReply): Closing {
  const callbacks: (() => void)[] = [];
  let isClosed = response.destroyed || socket.destroyed;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    response.off("close", close);
    socket.off("close", close);
    for (const callback of callbacks) callback();
  };
  response.on("close", close);
  socket.on("close", close);
  return {
    get is_closed() {
      return isClosed;
    },
    onClose(callback) {
      if (isClosed) callback();
      else callbacks.push(callback);
    },
  };
}
