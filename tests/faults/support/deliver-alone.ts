// Runs a worker's delivery thread and heartbeat in a process without a server. The argument is a JSON array: [config, address, limits].
import { createLog } from "../../../src/processes/log.ts";
import { startPulse, type HeartbeatLimits } from "../../../src/processes/worker-heartbeat.ts";
import { deliverInThread } from "../../../src/processes/start-deliveries.ts";
import type { Config } from "../../../src/config.ts";
import type { DatabaseAddress } from "../../../src/db/connection/connect.ts";

const [config, address, limits] = JSON.parse(process.argv[2] as string) as [Config, DatabaseAddress, HeartbeatLimits];
const pulse = startPulse();
pulse.report(["import 17"]);
const never = new AbortController().signal;
const log = createLog(config, "test");
await deliverInThread({ config, address }, { env: process.env, log, signal: never, pulse, limits });
