/** Tracebacks in what a Python program printed: which exception came out, and which line of whose code raised it. */

export type Frame = { file: string; line: number; source: string[] };

/** One exception with all that led to it ("The above exception was the direct cause …"). */
export type Raised = {
  /** `ModuleNotFoundError`, without its module. */
  type: string;
  message: string;
  /** The line as printed, and the lines of its message that follow. */
  lines: string[];
  /** Outermost first; those of the causes come first. */
  frames: Frame[];
};

const opening = /^\s*Traceback \(most recent call last\):/;
const chained = /^(During handling of the above exception|The above exception was the direct cause)/;
const frameLine = /^\s+File "([^"]+)", line (\d+)(?:, in .+)?$/;
const logHead = /^\[?\d{4}-\d\d-\d\d[ T]\d\d:/;
/** More lines of a message than this tell nothing new. */
const MAX_MESSAGE_LINES = 8;

/** Every exception whose traceback is in `lines`, in the order printed. */
export function readTracebacks(lines: readonly string[]): Raised[] {
  const found: Raised[] = [];
  let continues = false;
  for (let index = 0; index < lines.length; ) {
    const line = lines[index] ?? "";
    if (!opening.test(line)) {
      if (chained.test(line)) continues = true;
      else if (line !== "") continues = false;
      index++;
      continue;
    }
    const { raised, next } = readOne(lines, index + 1);
    index = next;
    if (!raised) continue;
    const cause = continues ? found.pop() : undefined;
    found.push(cause ? { ...raised, frames: [...cause.frames, ...raised.frames] } : raised);
    continues = false;
  }
  return found;
}

function readOne(lines: readonly string[], start: number): { raised: Raised | null; next: number } {
  const frames: Frame[] = [];
  let index = start;
  for (; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const frame = frameLine.exec(line);
    if (frame) frames.push({ file: frame[1] ?? "", line: Number(frame[2]), source: [] });
    else if (/^\s/.test(line)) frames.at(-1)?.source.push(line);
    else break;
  }
  const last = lines[index];
  const match = last === undefined ? null : /^([A-Za-z_][\w.]*)(?:: (.*))?$/.exec(last);
  if (!match || last === undefined) return { raised: null, next: index };
  const rest: string[] = [];
  for (let more = index + 1; more < lines.length && rest.length < MAX_MESSAGE_LINES; more++) {
    const line = lines[more] ?? "";
    if (line === "" || logHead.test(line) || opening.test(line) || chained.test(line)) break;
    // gunicorn prints the message a second time.
    if (line === (match[2] ?? "") || /^.* \(\S+, line \d+\)$/.test(line)) break;
    rest.push(line);
  }
  const type = (match[1] ?? "").split(".").at(-1) ?? "";
  const raised = {
    type,
    message: [match[2] ?? "", ...rest].join("\n").trim(),
    lines: [last, ...rest],
    frames,
  };
  return { raised, next: index + 1 };
}

/** The innermost frame of the application's own code: inside `folder` when there is one, never of a library. */
export function ownFrame(frames: readonly Frame[], folder: string): Frame | null {
  const inside = frames.findLast((frame) => isInside(frame.file, folder) && !isLibrary(frame.file));
  return inside ?? frames.findLast((frame) => !isLibrary(frame.file)) ?? null;
}

/** Code that somebody else wrote: installed packages, Python itself, gunicorn and Monban's hooks. */
export function isLibrary(file: string): boolean {
  return (
    file.startsWith("<") ||
    /\/(site-packages|dist-packages|lib\/python3(\.\d+)?)\//.test(file) ||
    /\/monban_gunicorn\.py$|\.conf\.py$/.test(file)
  );
}

/** As people name it: relative to the folder of the application. */
export function shownPath(file: string, folder: string): string {
  return isInside(file, folder) ? file.slice(folder.replace(/\/$/, "").length + 1) : file;
}

function isInside(file: string, folder: string): boolean {
  return file.startsWith(`${folder.replace(/\/$/, "")}/`);
}
