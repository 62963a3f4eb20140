/** What every part of the supervisor is given: the machine, the installation, and the memory of this process. */
import type { instancePaths } from "../core/layout.ts";
import type { NewJournalEvent } from "../schema/event.ts";
import type { Instance } from "../schema/instance.ts";
import type { LogFiles } from "../system/log-files.ts";
import type { System } from "../system/system.ts";
import type { DesiredStore } from "./desired-store.ts";
import type { Exits } from "./exits.ts";
import type { Journal } from "./journal.ts";
import type { Proxy as NginxProxy } from "./nginx/proxy.ts";
import type { Notices } from "./notices.ts";
import type { Operations } from "./operations.ts";
import type { SiteRuntime } from "./site-runtime.ts";

export type Context = {
  system: System;
  logFiles: LogFiles;
  instance: Instance;
  paths: ReturnType<typeof instancePaths>;
  journal: Journal;
  notices: Notices;
  operations: Operations;
  desired: DesiredStore;
  exits: Exits;
  proxy: NginxProxy;
  /** By site name. */
  sites: Map<string, SiteRuntime>;
  /** Fingerprint of what was last published to nginx with success, or null. */
  publishedKey: string | null;
  /** How often another keeper has taken over since this supervisor connected first. */
  keeperChanges: () => number;
  /** Marks Monban's own probes, so that they do not count as visitors. */
  checkToken: string;
  /** Asks the loop for another look soon. */
  wake: () => void;
  log: (line: string) => void;
};

export type WriteEvent = (event: NewJournalEvent) => void;
