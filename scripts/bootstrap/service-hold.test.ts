import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { holdServices } from "./service-hold.mjs";

let folder: string;
let policyFile: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "mb-hold-"));
  policyFile = path.join(folder, "policy-rc.d");
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

const hold = () => holdServices({ service: "nginx", policyFile, repair: "install nginx yourself" });

describe("holding services while packages are installed", () => {
  test("no package may start a service until it is released, and then nothing is left", () => {
    const { release } = hold();
    expect(spawnSync(policyFile, ["nginx", "start"]).status).toBe(101);
    release();
    release();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test("a machine that forbids service starts already is left as it is", () => {
    writePolicy("#!/bin/sh\nexit 101\n");
    hold().release();
    expect(fs.readFileSync(policyFile, "utf8")).toBe("#!/bin/sh\nexit 101\n");
  });

  test("a machine's own policy that lets services start is not replaced, and nothing is installed", () => {
    writePolicy("#!/bin/sh\nexit 0\n");
    expect(hold).toThrow(/lets packages start their services/);
    expect(fs.readFileSync(policyFile, "utf8")).toBe("#!/bin/sh\nexit 0\n");
  });

  test("what a killed set-up left behind is replaced", () => {
    const gone = spawnSync("/bin/true", []).pid;
    writePolicy(`#!/bin/sh\n# put here by Monban's set-up, process ${gone}\nexit 101\n`);
    const { release } = hold();
    expect(fs.readFileSync(policyFile, "utf8")).toContain(`process ${process.pid}\n`);
    release();
  });

  test("a set-up that is at work is not disturbed", () => {
    writePolicy(`#!/bin/sh\n# put here by Monban's set-up, process ${process.pid}\nexit 101\n`);
    expect(hold).toThrow(/Another set-up of Monban is at work/);
  });
});

function writePolicy(text: string): void {
  fs.writeFileSync(policyFile, text, { mode: 0o755 });
}
