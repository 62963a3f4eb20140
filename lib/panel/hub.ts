/**
 * Fans out what happens to everybody who watches. However many tabs are open, there is one reader of the journal,
 * one of the observed state and one of each followed log; the last watcher to leave ends the reader at once.
 */
import type { ControlClient } from "../control/client.ts";
import type { LogQuery } from "../control/contract.ts";
import type { JournalEvent } from "../schema/event.ts";
import type { LogLine } from "../schema/log-line.ts";
import type { ObservedState } from "../schema/observed.ts";

/** The state is read at most this often while somebody watches. */
const LIVE_INTERVAL_MS = 1_000;
/** An unchanged state is told again after this long, so that watchers know it is not old. */
const REPEAT_AFTER_MS = 10_000;

export type Leave = () => void;
/** What the supervisor sees, or null while it cannot be reached. */
export type Live = ObservedState | null;
export type LogFilter = Pick<LogQuery, "source" | "contains" | "level">;
export type LogWatcher = { line(line: LogLine): void; end(error: unknown): void };

export type Hub = {
  publish(events: JournalEvent[]): void;
  watchEvents(watcher: (event: JournalEvent) => void): Leave;
  /** Calls with the state as it is, then whenever something in it changed. */
  watchLive(watcher: (live: Live) => void): Leave;
  watchLog(siteId: string, filter: LogFilter, watcher: LogWatcher): Leave;
  /** Called when a session or token may have lost its rights. */
  watchAccess(watcher: () => void): Leave;
  accessChanged(): void;
  /** Called once, when the panel stops. */
  onClose(watcher: () => void): Leave;
  close(): void;
};

export function createHub(options: {
  control: Pick<ControlClient, "followLogs">;
  readLive(): Promise<Live>;
}): Hub {
  const events = new Set<(event: JournalEvent) => void>();
  const access = new Set<() => void>();
  const closing = new Set<() => void>();
  const live = createLiveReader(options.readLive);
  const logs = createLogReaders(options.control);

  return {
    publish(batch) {
      for (const event of batch) for (const watcher of [...events]) watcher(event);
    },
    watchEvents: (watcher) => join(events, watcher),
    watchLive: live.watch,
    watchLog: logs.watch,
    watchAccess: (watcher) => join(access, watcher),
    accessChanged() {
      for (const watcher of [...access]) watcher();
    },
    onClose: (watcher) => join(closing, watcher),
    close() {
      live.close();
      logs.close();
      for (const watcher of [...closing]) watcher();
    },
  };
}

function join<T>(watchers: Set<T>, watcher: T): Leave {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function createLiveReader(readLive: () => Promise<Live>) {
  const watchers = new Set<(live: Live) => void>();
  let timer: NodeJS.Timeout | null = null;
  let last: { live: Live; text: string; toldAt: number } | null = null;
  let isReading = false;

  async function read() {
    if (isReading) return;
    isReading = true;
    const live = await readLive().catch(() => null);
    isReading = false;
    if (watchers.size === 0) return;
    // The time of an observation changes always and says nothing.
    const text = JSON.stringify(live && { ...live, at: "" });
    const toldAt = performance.now();
    if (last?.text === text && toldAt - last.toldAt < REPEAT_AFTER_MS) return;
    last = { live, text, toldAt };
    for (const watcher of [...watchers]) watcher(live);
  }

  function stop() {
    if (timer) clearInterval(timer);
    timer = null;
    last = null;
  }

  return {
    watch(watcher: (live: Live) => void): Leave {
      watchers.add(watcher);
      if (last) watcher(last.live);
      if (!timer) {
        timer = setInterval(read, LIVE_INTERVAL_MS);
        void read();
      }
      return () => {
        watchers.delete(watcher);
        if (watchers.size === 0) stop();
      };
    },
    close: stop,
  };
}

function createLogReaders(control: Pick<ControlClient, "followLogs">) {
  const readers = new Map<string, { watchers: Set<LogWatcher>; abort: AbortController }>();

  function open(key: string, siteId: string, filter: LogFilter) {
    const reader = { watchers: new Set<LogWatcher>(), abort: new AbortController() };
    readers.set(key, reader);
    const end = (error: unknown) => {
      if (readers.get(key) === reader) readers.delete(key);
      for (const watcher of [...reader.watchers]) watcher.end(error);
      reader.watchers.clear();
    };
    const follow = async () => {
      for await (const line of control.followLogs(siteId, filter, reader.abort.signal))
        for (const watcher of [...reader.watchers]) watcher.line(line);
    };
    follow().then(() => end(null), end);
    return reader;
  }

  return {
    watch(siteId: string, filter: LogFilter, watcher: LogWatcher): Leave {
      const key = JSON.stringify([siteId, filter.source, filter.contains ?? null, filter.level ?? null]);
      const reader = readers.get(key) ?? open(key, siteId, filter);
      reader.watchers.add(watcher);
      return () => {
        reader.watchers.delete(watcher);
        if (reader.watchers.size > 0) return;
        if (readers.get(key) === reader) readers.delete(key);
        reader.abort.abort();
      };
    },
    close() {
      for (const reader of readers.values()) reader.abort.abort();
    },
  };
}
