/**
 * The only door to the machine. Everything the supervisor does to the world goes through a value of this type,
 * so that its decisions can be tried against a machine made of data and a clock that can be turned by hand.
 */
import type { KeeperClient } from "./keeper-client.ts";

export type FileKind = "file" | "directory" | "symlink" | "other";

export type FileStat = {
  kind: FileKind;
  size: number;
  mode: number;
  uid: number;
  gid: number;
  mtimeMs: number;
  ino: number;
  /** The file system it lies on; a rename works within one only. */
  device: number;
};

/** Files are private (0600) unless a mode is given; `uid` and `gid` need privileges. */
export type WriteOptions = { mode?: number; uid?: number; gid?: number };

/** `sync`: on disk before the copy is reported. */
export type CopyOptions = WriteOptions & { sync?: boolean };

/** Small files and folders. Missing things are `null` or `[]`; every other failure throws the system's error. */
export type Files = {
  readText(path: string): Promise<string | null>;
  /**
   * At most `length` bytes from `offset`; shorter at the end of the file; null when there is no such file. They lie in
   * `into` when it is given and large enough, so that who reads all day need not leave garbage behind.
   */
  readBytes(path: string, offset: number, length: number, into?: Uint8Array): Promise<Uint8Array | null>;
  /** Writes a sibling and renames it over `path`; afterwards either the old or the new text is there, whole. */
  writeAtomic(path: string, text: string | Uint8Array, options?: WriteOptions): Promise<void>;
  append(path: string, text: string, options?: WriteOptions): Promise<void>;
  /** Points the symbolic link `path` at `target` by one rename. */
  linkAtomic(target: string, path: string): Promise<void>;
  /** Null when it is missing or no symbolic link. */
  readLink(path: string): Promise<string | null>;
  /** Names, sorted. */
  list(path: string): Promise<string[]>;
  /** Without following a last symbolic link. */
  stat(path: string): Promise<FileStat | null>;
  realPath(path: string): Promise<string | null>;
  /** Makes it with its parents when missing; mode and owner are set on `path` itself also when it was there. */
  makeFolder(path: string, options?: WriteOptions): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a whole folder; a missing one is fine. */
  remove(path: string): Promise<void>;
  own(path: string, uid: number, gid: number): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /** Free and total bytes of the file system that holds `path`. */
  space(path: string): Promise<{ freeBytes: number; totalBytes: number } | null>;
  /**
   * Copies a regular file to a new name, with its time of change and, unless told otherwise, its mode; returns what
   * was copied as it was before. Refuses when `from` is not the file's real path: no symbolic link is followed.
   */
  copy(from: string, to: string, options?: CopyOptions): Promise<FileStat>;
  /**
   * Gives a file or folder to somebody and sets its mode when one is given, only if it lies at that real path:
   * unlike `own`, it can be used where others may put symbolic links.
   */
  ownInPlace(path: string, options: WriteOptions): Promise<void>;
  /** SHA-256 of a regular file at its real path, in hexadecimal; null when missing. */
  hash(path: string): Promise<string | null>;
};

export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never jump. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export type ProgramResult = {
  exitCode: number | null;
  signal: string | null;
  /** The last part of what it printed, at most `maxOutputBytes`. */
  stdout: string;
  stderr: string;
  timedOut: boolean;
  aborted: boolean;
};

export type Program = {
  file: string;
  args: readonly string[];
  cwd?: string;
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
  uid?: number;
  gid?: number;
  timeoutMs: number;
  maxOutputBytes?: number;
  onOutput?: (text: string) => void;
  signal?: AbortSignal;
};

export type ProbeTarget = { socketPath: string } | { host: string; port: number };

export type Probe = {
  target: ProbeTarget;
  path: string;
  hostHeader: string;
  headers?: Record<string, string>;
  timeoutMs: number;
};

/** `status` is null when no answer came; `detail` then says why in the machine's words. */
export type ProbeResult = {
  status: number | null;
  headers: Record<string, string>;
  body: string;
  durationMs: number;
  detail: string;
};

export type ProcessStat = {
  pid: number;
  parent: number;
  group: number;
  /** Field 22 of /proc/<pid>/stat: with the pid it names a process for good. */
  startTime: number;
  state: string;
  rssBytes: number;
  cpuMs: number;
  startedAtMs: number;
};

export type Machine = {
  cores: number;
  memoryBytes: number;
  memoryUsedBytes(): Promise<number>;
  /** CPU milliseconds used by all and the total that passed, since boot. */
  cpu(): Promise<{ busyMs: number; totalMs: number } | null>;
  processStat(pid: number): Promise<ProcessStat | null>;
  processes(): Promise<ProcessStat[]>;
};

export type Account = { uid: number; gid: number; name: string };

export type Accounts = {
  /** True when Monban may act for other users. */
  privileged: boolean;
  self: Account;
  byUid(uid: number): Promise<Account | null>;
  /** Creates the system user when it does not exist; privileged only. */
  ensureSystemUser(name: string): Promise<Account>;
  removeSystemUser(name: string): Promise<void>;
};

export type System = {
  clock: Clock;
  files: Files;
  machine: Machine;
  accounts: Accounts;
  keeper: KeeperClient;
  run(program: Program): Promise<ProgramResult>;
  probe(probe: Probe): Promise<ProbeResult>;
  /** A number in [0, 1), for jitter; seeded in tests. */
  random(): number;
};
