/** The setting of the tests around releases: a real source folder, a real data folder, the real machine. */
import * as fs from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach } from "vitest";
import { sitePaths } from "../core/layout.ts";
import type { Instance } from "../schema/instance.ts";
import { systemActor } from "../schema/operation.ts";
import { type SiteSpec, siteSpecSchema } from "../schema/site.ts";
import { carryAfterDrain, linkPersistent } from "../supervisor/releases/persistent.ts";
import { type Prepared, prepareRelease } from "../supervisor/releases/prepare-release.ts";
import { pruneReleases } from "../supervisor/releases/prune.ts";
import { readRelease, writeReleaseRecord } from "../supervisor/releases/release-records.ts";
import { settleStrays } from "../supervisor/releases/settle-strays.ts";
import { removeSiteUser, siteUser } from "../supervisor/releases/site-user.ts";
import type { KeeperClient } from "../system/keeper-client.ts";
import { createRealSystem } from "../system/real-system.ts";
import type { Account, System } from "../system/system.ts";
import { createTempFolder } from "./temp-folder.ts";

/** A user without rights that every Linux has; sources of these tests belong to it when the tests run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

export type ReleaseScene = Awaited<ReturnType<ReturnType<typeof releaseScenes>["open"]>>;

/** Call it once in a test file; `open` makes a scene that is gone after the test. */
export function releaseScenes() {
  const endings: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function open(options: { spec?: Partial<SiteSpec>; ownedByRoot?: boolean } = {}) {
    const temp = await createTempFolder();
    endings.push(() => temp.remove());
    await fs.chmod(temp.path, 0o711);
    const source = `${temp.path}/app`;
    // Releases need files and programs only.
    const system: System = createRealSystem({ keeper: {} as KeeperClient });
    const { privileged } = system.accounts;
    await fs.mkdir(source, { mode: 0o755 });
    if (privileged && !options.ownedByRoot) await fs.chown(source, NOBODY.uid, NOBODY.gid);
    const instance = anInstance(temp.path, privileged);
    await fs.mkdir(instance.data, { mode: 0o711 });
    const name = options.spec?.name ?? `t${process.pid}`;
    const spec = siteSpecSchema.parse({
      name,
      domains: ["shop.example.org"],
      source: { kind: "directory", path: source },
      app: { entry: "app:app" },
      pool: { workers: 1 },
      ...options.spec,
    });
    const site = { spec };
    const context = { system, instance };
    const paths = sitePaths(instance, spec.name);
    if (privileged && options.ownedByRoot)
      endings.push(() => removeSiteUser({ system, siteName: spec.name }));
    const user = await siteUser({ system, site });

    return {
      root: temp.path,
      source,
      system,
      instance,
      context,
      paths,
      site,
      user,
      /** Writes files as whoever owns the source; the keys are paths in it. */
      async write(files: Record<string, string>): Promise<void> {
        for (const [path, text] of Object.entries(files)) await put(`${source}/${path}`, text, source);
      },
      /** Writes as the application would, below the folder of a release. */
      async writeInRelease(number: number, files: Record<string, string>): Promise<void> {
        for (const [path, text] of Object.entries(files)) {
          await put(`${paths.release(number)}/${path}`, text, paths.release(number), user);
        }
      },
      prepare: (number: number): Promise<Prepared> =>
        prepareRelease({
          context,
          site,
          number,
          actor: systemActor,
          user,
          signal: new AbortController().signal,
        }),
      /** Prepares and lets it serve. */
      async deploy(number: number): Promise<Prepared> {
        const prepared = await this.prepare(number);
        await this.serve(number);
        return prepared;
      },
      async serve(number: number): Promise<void> {
        await system.files.linkAtomic(paths.release(number), paths.current);
        const record = await readRelease(context, spec.name, number);
        await writeReleaseRecord(context, spec.name, { ...record!, result: "succeeded" });
      },
      link: (number: number) => linkPersistent({ context, site, number, user }),
      carry: (from: number, to: number) => carryAfterDrain({ context, site, user, from, to }),
      settle: () => settleStrays({ context, site }),
      prune: (keep: number, current: number | null, inUse: number[] = []) =>
        pruneReleases({ context, site, user, keep, current, inUse }),
      read: (number: number, path: string) => fs.readFile(`${paths.release(number)}/${path}`, "utf8"),
    };

    async function put(path: string, text: string, root: string, owner?: Account): Promise<void> {
      await fs.mkdir(dirname(path), { recursive: true });
      await fs.writeFile(path, text);
      if (!privileged || (options.ownedByRoot && !owner)) return;
      const { uid, gid } = owner ?? NOBODY;
      for (let at = path; at !== root; at = dirname(at)) await fs.lchown(at, uid, gid);
    }
  }

  return { open };
}

export function anInstance(root: string, privileged: boolean): Instance {
  // No user of the machine: sources of these tests belong to nobody, and no site runs as one of Monban's own users.
  const account = { uid: 65_533, gid: NOBODY.gid, name: "monban" };
  return {
    version: "0.0.0",
    root: `${root}/dist`,
    data: `${root}/data`,
    run: `${root}/run`,
    facts: `${root}/facts`,
    httpAddress: "127.0.0.1",
    httpPort: 8080,
    httpsPort: 8443,
    panelHost: "127.0.0.1",
    panelPort: 4600,
    nginxBinary: "/usr/sbin/nginx",
    pythonBinary: "/usr/bin/python3",
    nodeBinary: process.execPath,
    users: privileged ? { nginx: { ...account, gid: 33 }, panel: account } : null,
    dev: true,
  };
}
