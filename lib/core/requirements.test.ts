import { expect, it } from "vitest";
import { explainInstallFailure } from "./install-failure.ts";
import { parsePyprojectDependencies, parseRequirements } from "./requirements.ts";

it("packages, included files and local folders are told apart, with their lines", () => {
  const text = `# what the shop needs
Flask==3.1.3   # the web
Flask_Login>=0.6,\\
  <1
-r requirements/base.txt
--constraint=constraints.txt
--index-url https://example.org/simple
gunicorn[gthread]==23.0.0 ; python_version >= "3.10"
-e .
./lib/own
https://example.org/x.whl
`;
  expect(parseRequirements(text)).toEqual({
    packages: [
      { name: "flask", line: 2 },
      { name: "flask-login", line: 3 },
      { name: "gunicorn", line: 8 },
    ],
    includes: [
      { path: "requirements/base.txt", line: 5 },
      { path: "constraints.txt", line: 6 },
    ],
    hasLocal: true,
  });
});

it("a package that only begins like gunicorn is not gunicorn", () => {
  expect(parseRequirements("gunicorn-color-logger\n").packages).toEqual([
    { name: "gunicorn-color-logger", line: 1 },
  ]);
});

it("the dependencies of pyproject.toml are read over lines, quotes and comments", () => {
  const text = `
[build-system]
requires = ["hatchling"]
dependencies = ["not-this"]

[project] # the shop
name = "shop"
dependencies = [
  "flask>=3", # web ]
  'tomli; python_version < "3.11"',
  "uvicorn[standard]",
]
[project.optional-dependencies]
dev = ["pytest"]
`;
  expect(parsePyprojectDependencies(text)).toEqual([
    "flask>=3",
    'tomli; python_version < "3.11"',
    "uvicorn[standard]",
  ]);
  expect(parsePyprojectDependencies('[tool.poetry.dependencies]\nflask = "^3"\n')).toBeNull();
});

it("what pip says becomes one sentence with the line that asks for it", () => {
  const requirements = [{ file: "requirements.txt", text: "flask\nno-such-package==1.0\n" }];
  const cases: [string, string][] = [
    [
      "ERROR: Could not find a version that satisfies the requirement no-such-package==1.0 (from versions: none)\nERROR: No matching distribution found for no-such-package==1.0",
      "No matching distribution found for no-such-package==1.0 (line 2 of requirements.txt).",
    ],
    [
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError'\nERROR: No matching distribution found for flask",
      "The package index could not be reached, so flask could not be installed.",
    ],
    [
      "ERROR: Cannot install flask==2.0 and werkzeug==3 because these package versions have conflicting dependencies.",
      "Cannot install flask==2.0 and werkzeug==3: their requirements contradict each other.",
    ],
    [
      "  error: command 'gcc' failed\nERROR: Failed building wheel for psycopg2\nFailed to build psycopg2\nERROR: Failed to build installable wheels for some pyproject.toml based projects (psycopg2)",
      "psycopg2 could not be built from source.",
    ],
    [
      "ERROR: Invalid requirement: 'flask=3': Expected end or semicolon (after name and no valid version specifier)\n    flask=3\n         ^ (from line 1 of requirements.txt)",
      "Invalid requirement: 'flask=3': Expected end or semicolon (after name and no valid version specifier).",
    ],
    ["OSError: [Errno 28] No space left on device", "The disk is full: no space left on device."],
    ["", "The packages could not be installed."],
  ];
  for (const [output, sentence] of cases) expect(explainInstallFailure(output, requirements)).toBe(sentence);
});
