// A process that holds a data folder also listens on a Unix socket in the folder. The kernel closes the socket when the process ends, so a
// process that can connect to it knows that the holder is alive. A pid does not show this to processes of other containers: they have other
// pids, and would take the holder for dead.
import { once } from "node:events";
import { unlink } from "node:fs/promises";
import { connect, createServer } from "node:net";

/** Maximum length of a socket's path: macOS allows 104 bytes and Linux 108, with a zero byte at the end. */
const MAX_PATH_BYTES = 103;

export interface HolderSocket {
  /** Closes the socket and deletes its file. */
  close(): Promise<void>;
}

/** Contains only a part of the token: a socket's path has a maximum length, and a short file name leaves more of it for the folder. */
export const socketPath = (lock: string, token: string): string => `${lock}.${token.slice(0, 8)}.sock`;

const isTooLong = (path: string): boolean => Buffer.byteLength(path) > MAX_PATH_BYTES;

/** Returns undefined if the path is too long or the file system cannot contain sockets. Then only the pid shows that this process is alive. */
export async function openHolderSocket(lock: string, token: string): Promise<HolderSocket | undefined> {
  const path = socketPath(lock, token);
  if (isTooLong(path)) return undefined;
  const server = createServer((socket) => socket.destroy());
  server.unref();
  try {
    server.listen(path);
    await once(server, "listening");
  } catch {
    return undefined;
  }
  const close = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    await closed;
  };
  return { close };
}

/** Whether a live process has opened the socket of this holder. */
export async function isListening(lock: string, token: string): Promise<boolean> {
  const path = socketPath(lock, token);
  if (isTooLong(path)) return false;
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    // EAGAIN: the queue of connections that the holder has not accepted yet is full. EACCES: the socket belongs to another user, whose process
    // may be alive.
    return ["EAGAIN", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "");
  } finally {
    socket.destroy();
  }
}

/** Deletes the socket file of a dead process. */
export const removeSocket = (lock: string, token: string): Promise<void> =>
  unlink(socketPath(lock, token)).catch(() => undefined);
