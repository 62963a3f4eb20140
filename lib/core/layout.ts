/** Where everything lies on disk. One table, so that no path is put together anywhere else. */
import type { Instance } from "../schema/instance.ts";

type Roots = Pick<Instance, "data" | "run" | "facts" | "root">;

/** Paths of the installation as a whole. */
export function instancePaths({ data, run, root }: Omit<Roots, "facts">) {
  return {
    database: `${data}/monban.db`,
    supervisor: `${data}/supervisor`,
    desired: `${data}/supervisor/desired.json`,
    journal: `${data}/supervisor/journal.jsonl`,
    operations: `${data}/supervisor/operations`,
    sites: `${data}/sites`,
    nginx: `${data}/nginx`,
    nginxRevisions: `${data}/nginx/revisions`,
    /** Symbolic link to the live revision. */
    nginxCurrent: `${data}/nginx/current`,
    nginxTemp: `${data}/nginx/temp`,
    logs: `${data}/logs`,
    processLogs: `${data}/logs/monban`,
    keeperSocket: `${run}/keeper.sock`,
    supervisorSocket: `${run}/supervisor.sock`,
    instanceFile: `${run}/instance.json`,
    setupTokenFile: `${data}/setup-token`,
    nginxStatusSocket: `${run}/nginx-status.sock`,
    /** In a folder that is nginx's own: it writes and removes this file itself. */
    nginxPid: `${data}/nginx/temp/nginx.pid`,
    keeperProgram: `${root}/keeper/keeper.py`,
    gunicornHooks: `${root}/keeper/monban_gunicorn.py`,
    supervisorProgram: `${root}/supervisor.mjs`,
    panelProgram: `${root}/panel.mjs`,
    /** Next's standalone tree. */
    web: `${root}/web`,
    migrations: `${root}/migrations`,
    sampleSite: `${root}/sample`,
  };
}

/** Paths of one site, by its name. */
export function sitePaths({ data, run, facts }: Roots, name: string) {
  const home = `${data}/sites/${name}`;
  const runtime = `${run}/s/${name}`;
  return {
    home,
    /** Symbolic link to the folder of the release that serves; static mappings go through it. */
    current: `${home}/current`,
    releases: `${home}/releases`,
    release: (number: number) => `${home}/releases/${number}`,
    /** Record of a release (lib/schema/release.ts) and the manifest of its files, beside its folder. */
    releaseRecord: (number: number) => `${home}/releases/${number}.json`,
    releaseManifest: (number: number) => `${home}/releases/${number}.manifest.json`,
    /** Which paths are data and where each really lies. */
    persistent: `${home}/persistent.json`,
    environments: `${home}/environments`,
    environment: (hash: string) => `${home}/environments/${hash}`,
    generations: `${home}/generations`,
    generationRecord: (generation: number) => `${home}/generations/${generation}.json`,
    generationConfig: (generation: number) => `${home}/generations/${generation}.conf.py`,
    history: `${home}/history.jsonl`,
    runtime,
    /** What nginx connects to: a symbolic link to the socket of the generation that serves. */
    currentSocket: `${runtime}/current.sock`,
    socket: (generation: number) => `${runtime}/g${generation}.sock`,
    facts: (generation: number) => `${facts}/${name}-g${generation}`,
    /** Python stacks of timed-out workers. */
    stacks: (generation: number) => `${runtime}/g${generation}.stacks`,
    logs: `${data}/logs/${name}`,
    accessLog: `${data}/logs/${name}/access.log`,
    errorLog: `${data}/logs/${name}/error.log`,
    appLog: `${data}/logs/${name}/app.log`,
  };
}
