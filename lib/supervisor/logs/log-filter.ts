/** Which lines somebody wants to see. */
import type { LogLevel, LogLine } from "../../schema/log-line.ts";

export type LogFilter = {
  /** Text anywhere in the line, in whatever case. */
  contains?: string | undefined;
  /** Exactly this level; lines of a traceback have that of the line it belongs to. */
  level?: LogLevel | undefined;
};

export function wants({ contains, level }: LogFilter, line: LogLine): boolean {
  if (level !== undefined && line.level !== level) return false;
  return !contains || line.text.toLowerCase().includes(contains.toLowerCase());
}
