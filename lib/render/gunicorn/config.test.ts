import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { poolSchema } from "../../schema/site.ts";
import { evaluatePython } from "../../testing/evaluate-python.ts";
import { expectGolden } from "../../testing/golden.ts";
import { type GunicornConfig, renderGunicornConfig } from "./config.ts";

const golden = fileURLToPath(new URL("../testdata/gunicorn.golden", import.meta.url));
const hooks = fileURLToPath(new URL("../../keeper/monban_gunicorn.py", import.meta.url));

function aConfig(pool: object = {}, rest: Partial<GunicornConfig> = {}): GunicornConfig {
  return {
    siteName: "shop",
    generation: {
      number: 7,
      release: 12,
      folder: "/srv/monban/sites/shop/releases/12",
      app: { entry: "run:app", framework: "flask" },
      pool: poolSchema.parse({ workers: 2, ...pool }),
    },
    hooks: "/opt/monban/keeper/monban_gunicorn.py",
    facts: "/dev/shm/monban/shop-g7",
    stacks: "/run/monban/s/shop/g7.stacks",
    controlSocket: "/run/monban/s/shop/g7.ctl",
    ...rest,
  };
}

test("the configuration is one a person can read", async () => {
  await expectGolden(golden, renderGunicornConfig(aConfig()));
});

test("a sync pool has one thread, whatever was left in the setting", () => {
  const text = renderGunicornConfig(aConfig({ workerClass: "sync", threads: 8 }));
  expect(text).toContain("\nthreads = 1\n");
  expect(text).toContain("    threads=1,\n");
});

test("part of a second is a second more, never the 0 that means forever", () => {
  const text = renderGunicornConfig(aConfig({ timeoutMs: 1_001, gracefulTimeoutMs: 1_000 }));
  expect(text).toContain("\ntimeout = 2\n");
  expect(text).toContain("\ngraceful_timeout = 1\n");
});

test("nothing that came from a person can end its string", async () => {
  const folder = '/srv/"\nworkers = 99\n#\\';
  const config = aConfig({}, { hooks, siteName: 'a"\n' });
  const text = renderGunicornConfig({ ...config, generation: { ...config.generation, folder } });
  const printed = await evaluatePython(
    `${text}\nimport json\nprint(json.dumps([chdir, workers, proc_name]))\n`,
  );
  expect(JSON.parse(printed)).toEqual([folder, 2, 'a"\n g7']);
});

test("without a control socket gunicorn is told not to make one in somebody's home folder", () => {
  expect(renderGunicornConfig(aConfig({}, { controlSocket: null }))).toContain(
    "control_socket_disable = True",
  );
});
