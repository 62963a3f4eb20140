/** Stacks that Python's faulthandler wrote on a signal: what a program was doing that does not come to an end. */
import { isLibrary, shownPath } from "./python-traceback.ts";

export type Stack = {
  /** `app.py:3`, the innermost line of the application's own code; null when none of it is on the stack. */
  place: string | null;
  /** The lines that say it, most recent call first, without those of libraries that led there. */
  evidence: string[];
};

const opening = /^(Current thread|Thread) 0x[0-9a-f]+.*\(most recent call first\):$/;
const frameLine = /^ {2}File "([^"]+)", line (\d+)(?: in .+)?$/;
const MAX_LINES = 10;

/**
 * The newest stack of the thread that the signal found at work, usually the main one. Null when `text` holds none.
 * `folder` is the application's.
 */
export function readStack(text: string, folder: string): Stack | null {
  const lines = text.split("\n");
  const current = lines.findLastIndex((line) => opening.test(line) && line.startsWith("Current"));
  const start = current >= 0 ? current : lines.findLastIndex((line) => opening.test(line));
  if (start < 0) return null;
  const evidence: string[] = [];
  let place: string | null = null;
  for (const line of lines.slice(start + 1)) {
    const frame = frameLine.exec(line);
    if (!frame) break;
    const [, file = "", number = ""] = frame;
    const own = !isLibrary(file);
    if (own) place ??= `${shownPath(file, folder)}:${number}`;
    // What the innermost own line called says what it waits for; what called it is gunicorn and Python.
    if ((own || place === null) && evidence.length < MAX_LINES) evidence.push(line);
  }
  return evidence.length === 0 ? null : { place, evidence: ["Stack (most recent call first):", ...evidence] };
}
