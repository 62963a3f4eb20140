/**
 * The door to log files, beside `Files`: logs are large, grow while they are read and are rotated under the reader,
 * so they are read through open handles and rotated in one go.
 */

export type LogStat = { ino: number; size: number; mtimeMs: number };

export type LogHandle = {
  stat(): Promise<LogStat>;
  /** At most `length` bytes from `offset`; fewer at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
};

export type LogFiles = {
  /** Null when there is no regular file at `path`; a symbolic link is none. */
  stat(path: string): Promise<LogStat | null>;
  open(path: string): Promise<LogHandle | null>;
  /**
   * `path` becomes `path.1`, `.1` becomes `.2` and so on up to `keep`; a new empty file with the same owner and mode
   * takes its place. For writers that can be told to open their log again. Throws the system's error with all
   * files as they were.
   */
  rotateByRename(path: string, keep: number): Promise<void>;
  /**
   * The content of `path` becomes `path.1` and the file itself is emptied, for writers that hold it open in append mode
   * for good. `header` becomes its first line. At most `maxCopyBytes` of its end are kept. What is written between the
   * last read and the truncation, two system calls apart, is lost: there is no call that does both.
   * Throws the system's error with all files as they were.
   */
  rotateByCopy(path: string, options: CopyRotation): Promise<{ droppedBytes: number }>;
  /** Removes the oldest kept part, to make room; false when there was none. */
  removeOldestPart(path: string, keep: number): Promise<boolean>;
};

export type CopyRotation = { keep: number; header: string; maxCopyBytes: number };
