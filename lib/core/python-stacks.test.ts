import { expect, test } from "vitest";
import { readStack } from "./python-stacks.ts";

const folder = "/srv/shop/releases/4";
const dump = `Thread 0x00007f1200000700 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 324 in wait

Current thread 0x00007f1234567740 (most recent call first):
  File "/usr/lib/python3.11/socket.py", line 827 in create_connection
  File "/srv/env/lib/python3.11/site-packages/redis/connection.py", line 611 in _connect
  File "${folder}/shop/cache.py", line 12 in connect
  File "${folder}/app.py", line 3 in <module>
  File "<frozen importlib._bootstrap>", line 241 in _call_with_frames_removed
  File "/srv/env/lib/python3.11/site-packages/gunicorn/util.py", line 371 in import_app

Extension modules: markupsafe (total: 1)
`;

test("the stack of the working thread is told from where it waits to the application's own code", () => {
  expect(readStack(dump, folder)).toEqual({
    place: "shop/cache.py:12",
    evidence: [
      "Stack (most recent call first):",
      '  File "/usr/lib/python3.11/socket.py", line 827 in create_connection',
      '  File "/srv/env/lib/python3.11/site-packages/redis/connection.py", line 611 in _connect',
      `  File "${folder}/shop/cache.py", line 12 in connect`,
      `  File "${folder}/app.py", line 3 in <module>`,
    ],
  });
});

test("the newest of several stacks counts", () => {
  const newer =
    'Current thread 0x01 (most recent call first):\n  File "/srv/shop/releases/4/app.py", line 9 in f\n';
  expect(readStack(dump + newer, folder)?.place).toBe("app.py:9");
});

test("a stack without own code has no place, and a text without stacks is none", () => {
  const library = 'Current thread 0x01 (most recent call first):\n  File "<frozen importlib>", line 1 in f\n';
  expect(readStack(library, folder)).toMatchObject({ place: null });
  expect(readStack("--- worker 7 timed out\n", folder)).toBeNull();
  expect(readStack("", folder)).toBeNull();
});
