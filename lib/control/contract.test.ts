import fs from "node:fs/promises";
import path from "node:path";
import { describeContract } from "../testing/contract-suite.ts";
import { startFakeSupervisor } from "../testing/fake-supervisor.ts";
import { createTempFolder } from "../testing/temp-folder.ts";

describeContract("the fake supervisor", async () => {
  const folder = await createTempFolder();
  const source = path.join(folder.path, "app");
  await fs.mkdir(source);
  await fs.writeFile(path.join(source, "run.py"), "from flask import Flask\n\napp = Flask(__name__)\n");
  const supervisor = await startFakeSupervisor({ socketPath: path.join(folder.path, "s.sock") });
  return {
    socketPath: supervisor.socketPath,
    source,
    rolloutDeadlineMs: 10_000,
    async close() {
      await supervisor.close();
      await folder.remove();
    },
  };
});
