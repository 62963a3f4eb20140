/** What a real gunicorn prints when an application cannot be loaded, and what Monban makes of it. */
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { gunicornAndFlask, pythonEnvironment } from "../testing/python-environment.ts";
import { type RunningGunicorn, runGunicorn, writeFiles } from "../testing/run-gunicorn.ts";
import { createTempFolder, type TempFolder } from "../testing/temp-folder.ts";
import { waitFor } from "../testing/wait-for.ts";
import { explainBootFailure } from "./boot-failure.ts";

let python = "";
let temp: TempFolder;
let running: RunningGunicorn | null = null;

beforeAll(async () => {
  ({ python } = await pythonEnvironment({ packages: gunicornAndFlask }));
}, 300_000);
beforeEach(async () => {
  temp = await createTempFolder();
});
afterEach(async () => {
  await running?.stop();
  running = null;
  await temp.remove();
});

type Case = {
  name: string;
  files: Record<string, string>;
  entry?: string;
  args?: string[];
  sentence: RegExp;
  hint?: RegExp;
  evidence: RegExp;
};

const okApp = 'def app(e, s):\n    s("200 OK", []); return []\n';
const cases: Case[] = [
  {
    name: "a package that is missing",
    files: { "app.py": "import json\nimport stripe\ndef app(e, s): pass\n" },
    sentence:
      /^The application could not be loaded: ModuleNotFoundError: No module named 'stripe' at app\.py:2\.$/,
    hint: /provides stripe to requirements\.txt/,
    evidence: /import stripe/,
  },
  {
    name: "a syntax error",
    files: { "app.py": "x = 1\ndef app(e, s:\n    pass\n" },
    sentence: /SyntaxError: '\(' was never closed at app\.py:2\.$/,
    hint: /Mend app\.py near line 2/,
    evidence: /def app\(e, s:/,
  },
  {
    name: "an import of a broken module of its own, with a cause",
    files: {
      "app.py": "from shop.settings import x\ndef app(e, s): pass\n",
      "shop/__init__.py": "",
      "shop/settings.py":
        'import json\ntry:\n    json.loads("{bad")\nexcept ValueError as error:\n    raise RuntimeError("settings.json is broken") from error\n',
    },
    sentence: /RuntimeError: settings\.json is broken at shop\/settings\.py:5\.$/,
    evidence: /raise RuntimeError/,
  },
  {
    name: "an exception inside a library, called from the site's code",
    files: { "app.py": 'import json\njson.loads("{")\ndef app(e, s): pass\n' },
    sentence: /JSONDecodeError: Expecting property name.* at app\.py:2\.$/,
    evidence: /json\.loads/,
  },
  {
    name: "a missing environment variable",
    files: { "app.py": 'import os\nKEY = os.environ["STRIPE_KEY"]\ndef app(e, s): pass\n' },
    sentence: /KeyError: 'STRIPE_KEY' at app\.py:2\.$/,
    hint: /environment variable 'STRIPE_KEY' is missing/,
    evidence: /os\.environ/,
  },
  {
    name: "a message of several lines",
    files: { "app.py": 'raise ValueError("first\\nsecond: 2\\nthird")\n' },
    sentence: /ValueError: first second: 2 third at app\.py:1\.$/,
    evidence: /third/,
  },
  {
    name: "a folder that may not be read",
    files: { "app.py": 'raise PermissionError(13, "Permission denied", "/var/x.db")\n' },
    sentence: /PermissionError: \[Errno 13\] Permission denied: '\/var\/x\.db' at app\.py:1\.$/,
    hint: /system user/,
    evidence: /PermissionError/,
  },
  {
    name: "a variable that is not there",
    files: { "run.py": "application = 1\n" },
    entry: "run:app",
    sentence: /^The module run has no variable app\.$/,
    hint: /entry point/,
    evidence: /Failed to find attribute/,
  },
  {
    name: "a variable that is no application",
    files: { "app.py": "app = 1\n" },
    sentence: /^app:app is no application/,
    evidence: /must be callable/,
  },
  {
    name: "a factory that raises",
    files: { "app.py": 'def make():\n    raise RuntimeError("DATABASE_URL is not set")\n' },
    entry: "app:make()",
    sentence: /RuntimeError: DATABASE_URL is not set at app\.py:2\.$/,
    evidence: /raise RuntimeError/,
  },
  {
    name: "a factory that forgets to return",
    files: { "app.py": "def make():\n    pass\n" },
    entry: "app:make()",
    sentence: /^make\(\) returned nothing/,
    hint: /return app/,
    evidence: /make\(\)/,
  },
  {
    name: "a module that is not there",
    files: { "app.py": okApp },
    entry: "wsgi:app",
    sentence: /ModuleNotFoundError: No module named 'wsgi'\.$/,
    hint: /entry point wsgi:app/,
    evidence: /No module named 'wsgi'/,
  },
  {
    name: "a failure before any worker, because of preloading",
    files: { "app.py": "import stripe\n" },
    args: ["--preload"],
    sentence: /No module named 'stripe' at app\.py:1\.$/,
    evidence: /import stripe/,
  },
  {
    name: "an import that ends the process with a message",
    files: { "app.py": 'import sys\nsys.exit("refusing to start")\n' },
    sentence: /ended its worker with exit code 1 while it was loaded: refusing to start\.$/,
    hint: /sys\.exit/,
    evidence: /refusing to start/,
  },
  {
    name: "an import that ends the process silently",
    files: { "app.py": "import os\nos._exit(7)\n" },
    sentence: /ended its worker with exit code 7/,
    evidence: /exited with code 7/,
  },
  {
    name: "an import that crashes in native code",
    files: { "app.py": "import ctypes\nctypes.string_at(0)\n" },
    sentence: /ended its worker by SIGSEGV/,
    evidence: /SIGSEGV/,
  },
  {
    name: "a socket in a folder that is not there",
    files: { "app.py": okApp },
    args: ["-b", "unix:/nonexistent/g.sock"],
    sentence: /^gunicorn could not listen on \/nonexistent\/g\.sock: No such file or directory\.$/,
    evidence: /Errno 2/,
  },
  {
    name: "a setting with a wrong value",
    files: { "app.py": okApp, "gunicorn.conf.py": 'workers = "many"\n' },
    sentence: /^gunicorn does not accept the setting workers = many\.$/,
    evidence: /invalid literal/,
  },
  {
    name: "settings that are no Python",
    files: { "app.py": okApp, "gunicorn.conf.py": "workers = (\n" },
    sentence: /^gunicorn could not read its settings: SyntaxError: '\(' was never closed\.$/,
    evidence: /Failed to read config file/,
  },
  {
    name: "a worker class that was removed",
    files: { "app.py": okApp },
    args: ["-k", "eventlet"],
    sentence: /^gunicorn has no worker class eventlet\.$/,
    evidence: /eventlet/,
  },
];

test.each(cases)("gunicorn's words are understood: $name", async (example) => {
  await writeFiles(temp.path, example.files);
  const gunicorn = runGunicorn({
    python,
    folder: temp.path,
    entry: example.entry ?? "app:app",
    args: ["-w", "2", ...(example.args ?? [])],
  });
  running = gunicorn;
  // Some failures never end gunicorn: it tries again for ever.
  let exitCode: number | null = null;
  gunicorn.ended.then((end) => {
    exitCode = end.exitCode ?? -1;
  });
  await waitFor("gunicorn to fail", () => {
    const tries = gunicorn.lines().filter((line) => /exited with code|was sent SIG|Errno/.test(line)).length;
    return exitCode !== null || tries >= 4;
  });
  const output = { lines: gunicorn.lines(), exitCode, signal: null, entry: example.entry ?? "app:app" };
  const told = explainBootFailure({ ...output, folder: temp.path });
  expect(told.sentence).toMatch(example.sentence);
  expect(told.hint ?? "").toMatch(example.hint ?? /^/);
  expect(told.evidence.join("\n")).toMatch(example.evidence);
  expect(told.evidence.join("\n")).not.toContain("site-packages");
  expect(told.evidence.length).toBeLessThanOrEqual(20);
});

test("an end without any output is told with its exit code or its signal", () => {
  const silent = { lines: [], entry: "app:app", folder: "/srv" };
  expect(explainBootFailure({ ...silent, exitCode: 1, signal: null }).sentence).toBe(
    "gunicorn ended with exit code 1 before it was ready and printed nothing.",
  );
  expect(explainBootFailure({ ...silent, exitCode: null, signal: "SIGKILL" }).sentence).toMatch(
    /ended by SIGKILL/,
  );
});

test("an environment without gunicorn says so", () => {
  const lines = ["/srv/env/bin/python: No module named gunicorn"];
  const told = explainBootFailure({ lines, exitCode: 1, signal: null, entry: "app:app", folder: "/srv" });
  expect(told.sentence).toBe("gunicorn is not installed in the site's environment.");
});
