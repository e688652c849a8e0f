// One LISTEN connection for the whole process and any number of readers. A notification is only a hint to read again. When a lost
// connection has been restored, all readers are notified, because they may have missed notifications.
import type pg from "pg";
import { CHANNELS, type Channel } from "./channels.ts";
import { connectClient, type DatabaseAddress } from "../db/connection/connect.ts";

export interface Listener {
  /** Calls `reader` with the payload of each notification of the channel, and with null when notifications may have been missed. */
  subscribe(channel: Channel, reader: (payload: string | null) => void): () => void;
  stop(): Promise<void>;
}

/** Pause before an attempt to restore a lost connection. */
const RECONNECT_MS = 500;

export async function listen(
  address: DatabaseAddress,
  options: { application_name: string; onError: (error: unknown) => void },
): Promise<Listener> {
  const readers = new Set<{ channel: string; read: (payload: string | null) => void }>();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const reconnectLater = (): void => {
    if (stopped || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      connect().then(
        () => {
          for (const { read } of readers) read(null);
        },
        (error: unknown) => {
          options.onError(error);
          reconnectLater();
        },
      );
    }, RECONNECT_MS);
  };
  const connect = async (): Promise<void> => {
    const opened = await connectClient(address, { application_name: options.application_name, heartbeat: true });
    opened.on("notification", ({ channel, payload }) => {
      for (const reader of readers) if (reader.channel === channel) reader.read(payload ?? "");
    });
    opened.on("end", () => {
      if (client === opened) client = undefined;
      reconnectLater();
    });
    await opened.query(CHANNELS.map((channel) => `listen ${channel}`).join(";"));
    client = opened;
    // stop() was called while this connection was being opened.
    if (stopped) await opened.end();
  };

  await connect();
  return {
    subscribe(channel, read) {
      const reader = { channel, read };
      readers.add(reader);
      return () => readers.delete(reader);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}
