/**
 * Why a gunicorn did not come up, from what it printed. Exit codes are not enough: 3 and 4 turn into 1 when two
 * workers fail at the same time, and the last traceback is usually gunicorn's own, about having to stop.
 */
import {
  type Frame,
  isLibrary,
  ownFrame,
  type Raised,
  readTracebacks,
  shownPath,
} from "./python-traceback.ts";

export type BootOutput = {
  /** What the master and its workers printed since they were started. */
  lines: readonly string[];
  exitCode: number | null;
  signal: string | null;
  /** `module:variable` or `module:factory()`. */
  entry: string;
  /** The folder the application runs in. */
  folder: string;
};

export type BootFailure = {
  /** One sentence with the machine's words in it. */
  sentence: string;
  hint?: string;
  /** The lines that prove it, without those of libraries. */
  evidence: string[];
};

const EVIDENCE_LINES = 20;
const MAX_WORDS = 300;

/** Never fails: what it does not understand is shown as it is. */
export function explainBootFailure(output: BootOutput): BootFailure {
  const lines = output.lines.map((line) => line.replace(/\s+$/, ""));
  return (
    explainRaised({ ...output, lines }) ??
    explainGunicorn({ ...output, lines }) ??
    explainWorkerExit({ ...output, lines }) ??
    explainEnd({ ...output, lines })
  );
}

/** The first exception counts: those after it are its consequences, or the same from the next worker. */
function explainRaised({ lines, entry, folder }: BootOutput): BootFailure | null {
  const raised = readTracebacks(lines).find((candidate) => !isAftermath(candidate));
  if (!raised || lines.some((line) => line.startsWith("Error: class uri"))) return null;
  const frame = ownFrame(raised.frames, folder);
  const place = frame ? ` at ${shownPath(frame.file, folder)}:${frame.line}` : "";
  const words = raised.message === "" ? raised.type : `${raised.type}: ${shortened(raised.message)}`;
  const evidence = tracebackEvidence(raised);
  const config = lines.find((line) => line.startsWith("Failed to read config file:"));
  if (config)
    return { sentence: `gunicorn could not read its settings: ${words}.`, evidence: [config, ...evidence] };
  const hint = hintFor(raised, frame, entry, folder);
  return {
    sentence: `The application could not be loaded: ${words}${place}.`,
    ...(hint ? { hint } : {}),
    evidence,
  };
}

function isAftermath({ type, frames }: Raised): boolean {
  return type === "HaltServer" || (type === "SystemExit" && frames.every((frame) => isLibrary(frame.file)));
}

function hintFor(raised: Raised, frame: Frame | null, entry: string, folder: string): string | undefined {
  const file = frame ? shownPath(frame.file, folder) : null;
  const missing = /^No module named '([^']+)'/.exec(raised.message)?.[1];
  const module = entry.split(":")[0] ?? entry;
  if (missing && (missing === module || module.startsWith(`${missing}.`)) && !frame) {
    return `There is no module ${missing} in the folder. Check the entry point ${entry} in Settings.`;
  }
  if (missing) {
    const name = missing.split(".")[0];
    return `Add the package that provides ${name} to requirements.txt, or mend the import in ${file ?? "the code"}, and reload again.`;
  }
  if (raised.type === "SyntaxError" || raised.type === "IndentationError" || raised.type === "TabError") {
    return `Mend ${file ?? "the file"}${frame ? ` near line ${frame.line}` : ""} and reload again.`;
  }
  if (raised.type === "KeyError" && frame?.source.some((line) => /environ/.test(line))) {
    return `The environment variable ${raised.message} is missing. Add it under Environment and reload again.`;
  }
  if (raised.type === "PermissionError") {
    return "The site's system user may not do that. Check the owner of the file it names.";
  }
  return undefined;
}

/** Only the application's own lines; if there is none, the last frames as they are. */
function tracebackEvidence(raised: Raised): string[] {
  const own = raised.frames.filter((frame) => !isLibrary(frame.file));
  const shown = (own.length > 0 ? own : raised.frames.slice(-2)).slice(-5);
  const frames = shown.flatMap((frame) => [`  File "${frame.file}", line ${frame.line}`, ...frame.source]);
  return [...frames, ...raised.lines].slice(-EVIDENCE_LINES);
}

type Saying = {
  pattern: RegExp;
  sentence: (match: RegExpExecArray, output: BootOutput) => string;
  hint?: string;
};

const entryHint = "Check the entry point in Settings: it is module:variable or module:factory().";

/** What gunicorn 26.1 and Python say in one line. */
const sayings: Saying[] = [
  {
    pattern: /^Failed to find attribute '(.+)' in '(.+)'\.$/,
    sentence: ([, name, module]) => `The module ${module} has no variable ${name}.`,
    hint: entryHint,
  },
  {
    pattern: /^Failed to find application object: '(.+)'$/,
    sentence: ([, name]) => `${name} returned nothing instead of an application.`,
    hint: "End the factory with: return app.",
  },
  {
    pattern: /^Failed to find application object '(.+)' in '(.+)'$/,
    sentence: ([, name, module]) => `The module ${module} has no application ${name}.`,
    hint: entryHint,
  },
  {
    pattern: /^Application object must be callable\.$/,
    sentence: (_, { entry }) => `${entry} is no application: it cannot be called.`,
    hint: entryHint,
  },
  {
    pattern: /^Failed to parse '(.*)' as an attribute name or function call\.$/,
    sentence: (_, { entry }) => `gunicorn does not understand the entry point ${entry}.`,
    hint: entryHint,
  },
  {
    pattern: /^.*: No module named '?gunicorn'?/,
    sentence: () => "gunicorn is not installed in the site's environment.",
  },
  {
    pattern: /Connection in use: (.+)$/,
    sentence: ([, address]) => `The address ${address} is in use by another program.`,
  },
  {
    pattern: /connection to (.+) failed: \[Errno \d+\] (.+)$/,
    sentence: ([, address, words]) => `gunicorn could not listen on ${address}: ${words}.`,
  },
  {
    pattern: /Can't connect to (.+)$/,
    sentence: ([, address]) => `gunicorn could not listen on ${address}.`,
  },
  {
    pattern: /^Error: class uri '(.+)' invalid or not found/,
    sentence: ([, name]) => `gunicorn has no worker class ${name}.`,
  },
  {
    pattern: /^Invalid value for (\w+): (.*)$/,
    sentence: ([, name, value]) =>
      `gunicorn does not accept the setting ${name} = ${shortened(value ?? "")}.`,
  },
  {
    pattern: /^Error: (.+)$/,
    sentence: ([, words]) => `gunicorn refused to start: ${shortened(words ?? "")}.`,
  },
];

function explainGunicorn(output: BootOutput): BootFailure | null {
  for (const { pattern, sentence, hint } of sayings) {
    for (const line of output.lines) {
      const match = pattern.exec(line);
      if (!match) continue;
      return {
        sentence: sentence(match, output),
        ...(hint ? { hint } : {}),
        evidence: lastLines(output.lines),
      };
    }
  }
  return null;
}

/** Workers that end during import without an exception; gunicorn starts them again and again. */
function explainWorkerExit({ lines }: BootOutput): BootFailure | null {
  const said = lines.filter((line) => line !== "" && !line.startsWith("[")).at(0);
  for (const line of lines) {
    const code = /Worker \(pid:\d+\) exited with code (\d+)/.exec(line)?.[1];
    const signal = /Worker \(pid:\d+\) was sent (SIG\w+)!/.exec(line)?.[1];
    if (code === undefined && (signal === undefined || signal === "SIGTERM")) continue;
    const how = code !== undefined ? `with exit code ${code}` : `by ${signal}`;
    const words = said ? `: ${shortened(said)}` : "";
    const hint = code !== undefined ? "Look for sys.exit() or os._exit() in what is imported." : undefined;
    return {
      sentence: `The application ended its worker ${how} while it was loaded${words}.`,
      ...(hint ? { hint } : {}),
      evidence: lastLines(lines),
    };
  }
  return null;
}

function explainEnd({ lines, exitCode, signal }: BootOutput): BootFailure {
  const how =
    signal !== null
      ? `was ended by ${signal}`
      : exitCode !== null
        ? `ended with exit code ${exitCode}`
        : "ended";
  const evidence = lastLines(lines);
  const last = evidence.at(-1);
  const words = last ? `; the last it printed was: ${shortened(last)}` : " and printed nothing";
  return { sentence: `gunicorn ${how} before it was ready${words}.`, evidence };
}

/** The end of what was printed, without the tracebacks of gunicorn's own exit. */
function lastLines(lines: readonly string[]): string[] {
  let inside = false;
  const kept = lines.filter((line) => {
    if (/^\[?Traceback \(most recent call last\):|^During handling of the above/.test(line)) inside = true;
    const skip = inside || line === "";
    if (inside && /^\S/.test(line) && !/^(\[?Traceback|During handling)/.test(line)) inside = false;
    return !skip;
  });
  return kept.slice(-EVIDENCE_LINES);
}

function shortened(words: string): string {
  const plain = words.replace(/\s+/g, " ").trim().replace(/\.$/, "");
  return plain.length > MAX_WORDS ? `${plain.slice(0, MAX_WORDS)} …` : plain;
}
