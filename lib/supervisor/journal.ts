/**
 * The journal: one line of JSON per event, numbered. The panel reads it by cursor and so loses nothing while it is
 * away. Two files of bounded size; what was rotated away is reported as a number, never silently.
 */
import { type JournalEvent, journalEventSchema, type NewJournalEvent } from "../schema/event.ts";
import type { System } from "../system/system.ts";

/** The older half is dropped beyond this; about 20,000 events stay readable. */
const MAX_FILE_BYTES = 4 * 1024 ** 2;
const MAX_EVENTS_IN_MEMORY = 2_000;
/** What waits for a full disk to have room again; the oldest is lost beyond it. */
const MAX_UNSAVED_CHARS = 2 * 1024 ** 2;

export type Journal = {
  /** Numbers the event, remembers it and queues it for disk; never throws, also on a full disk. */
  write(event: NewJournalEvent): JournalEvent;
  read(after: number, limit: number): Promise<{ data: JournalEvent[]; next: number; lost: number }>;
  /** Resolves true at the next event, false after `waitMs`. */
  waitForNews(after: number, waitMs: number, signal?: AbortSignal): Promise<boolean>;
  onEvent(listener: (event: JournalEvent) => void): () => void;
  lastSeq(): number;
  /** Resolves when everything written so far is on disk or could not be put there. */
  flush(): Promise<void>;
  /** Writes again what could not be put on disk, such as a full one. */
  retry(): void;
  /** The error of the last write to disk, or null when it worked. */
  diskError(): string | null;
};

/** Opens the journal at `path`, continuing its numbers. A last line cut in half by a crash is skipped. */
export async function openJournal(system: System, path: string): Promise<Journal> {
  const { files, clock } = system;
  const older = `${path}.1`;
  const recent: JournalEvent[] = [];
  for (const file of [older, path]) {
    for (const event of parseLines((await files.readText(file)) ?? "")) remember(event);
  }
  let seq = recent.at(-1)?.seq ?? 0;
  let size = (await files.stat(path))?.size ?? 0;
  let error: string | null = null;
  let queued = "";
  let writing: Promise<void> | null = null;
  const listeners = new Set<(event: JournalEvent) => void>();
  await mendLastLine();

  function remember(event: JournalEvent) {
    recent.push(event);
    if (recent.length > MAX_EVENTS_IN_MEMORY) recent.splice(0, recent.length - MAX_EVENTS_IN_MEMORY);
  }

  async function mendLastLine() {
    if (size === 0) return;
    const last = await files.readBytes(path, size - 1, 1);
    if (last?.[0] !== 0x0a) queued = "\n";
  }

  async function drain() {
    while (queued !== "") {
      const text = queued;
      queued = "";
      try {
        if (size > MAX_FILE_BYTES) {
          await files.rename(path, older);
          size = 0;
        }
        await files.append(path, text, { mode: 0o600 });
        size += text.length;
        error = null;
      } catch (cause) {
        error = cause instanceof Error ? cause.message : String(cause);
        // Tried again with the next event. A part of it may stand there already, cut in the middle of a line.
        const unsaved = `${text.startsWith("\n") ? "" : "\n"}${text}${queued}`;
        queued = unsaved.slice(Math.max(0, unsaved.length - MAX_UNSAVED_CHARS));
        break;
      }
    }
    writing = null;
  }

  return {
    write(event) {
      seq += 1;
      const full = { ...event, seq, at: new Date(clock.now()).toISOString() } as JournalEvent;
      remember(full);
      queued += `${JSON.stringify(full)}\n`;
      writing ??= drain();
      for (const listener of listeners) listener(full);
      return full;
    },
    async read(after, limit) {
      const first = recent[0]?.seq ?? seq + 1;
      let events: JournalEvent[] = recent;
      let lost = 0;
      if (after + 1 < first) {
        if (writing) await writing;
        events = [];
        for (const file of [older, path]) events.push(...parseLines((await files.readText(file)) ?? ""));
        const oldest = events[0]?.seq ?? seq + 1;
        lost = Math.max(0, oldest - after - 1);
      }
      const start = events.findIndex((event) => event.seq > after);
      const data = start === -1 ? [] : events.slice(start, start + limit);
      return { data, next: data.at(-1)?.seq ?? seq, lost };
    },
    waitForNews(after, waitMs, signal) {
      if (seq > after) return Promise.resolve(true);
      return new Promise((resolve) => {
        const stop = new AbortController();
        const finish = (news: boolean) => {
          listeners.delete(onNews);
          stop.abort();
          resolve(news);
        };
        const onNews = () => finish(true);
        listeners.add(onNews);
        const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
        clock.sleep(waitMs, either).then(
          () => finish(false),
          () => finish(false),
        );
      });
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lastSeq: () => seq,
    async flush() {
      while (writing) await writing;
    },
    retry() {
      if (queued !== "") writing ??= drain();
    },
    diskError: () => error,
  };
}

function parseLines(text: string): JournalEvent[] {
  const events: JournalEvent[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const event = parseLine(line);
    // Lines that were written on a disk that was nearly full may be there twice.
    if (event && event.seq > (events.at(-1)?.seq ?? 0)) events.push(event);
  }
  return events;
}

function parseLine(line: string): JournalEvent | null {
  try {
    const parsed = journalEventSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
