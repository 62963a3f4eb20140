/** The control contract, kept by the real supervisor with everything that belongs to it. */
import { mkdir, writeFile } from "node:fs/promises";
import { instancePaths } from "../../lib/core/layout.ts";
import { describeContract } from "../../lib/testing/contract-suite.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { environmentPath } from "../../lib/testing/stack-sites.ts";
import { startStack } from "../../lib/testing/start-stack.ts";

const APPLICATION = `
from flask import Flask

app = Flask(__name__)

@app.get("/")
def index():
    return "hello"
`;

describeContract("the real supervisor", async () => {
  const stack = await startStack();
  const source = `${stack.folder}/run-app`;
  await mkdir(source);
  await writeFile(`${source}/run.py`, APPLICATION);
  await writeFile(`${source}/requirements.txt`, "flask\n");
  return {
    socketPath: instancePaths(await stack.instance()).supervisorSocket,
    source,
    environment: { kind: "existing", path: await environmentPath() },
    rolloutDeadlineMs: 60_000,
    close: () => endStack(stack),
  };
});
