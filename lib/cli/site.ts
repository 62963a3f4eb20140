/** `monban site …`: the actions of the panel for the owner's shell. */
import { MAX_WAIT_MS, type StartOperation } from "../control/contract.ts";
import type { Instance } from "../schema/instance.ts";
import type { Operation } from "../schema/operation.ts";
import { askSupervisor, cliActor } from "./ask-supervisor.ts";
import { SettingError } from "./settings.ts";

export const siteHelp = `Usage: monban site list
       monban site reload NAME            new release, proven before visitors see it
       monban site restart NAME           stop and start the same release; requests wait meanwhile
       monban site rollback NAME RELEASE  back to a kept release
       monban site releases NAME
       monban site workers NAME
`;

/** Resolves with the exit status; an operation that fails is 1, with its reason on the error output. */
export async function site(instance: Instance, words: string[]): Promise<number> {
  const [verb, name, argument] = words;
  const client = askSupervisor(instance);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const observed = await client.observed();
  if (verb === "list") {
    for (const found of observed.sites) say(`${found.name}\t${found.health.status}\t${found.state}`);
    return 0;
  }
  if (!verb || !name || !["reload", "restart", "rollback", "releases", "workers"].includes(verb))
    throw new SettingError(siteHelp);
  const found = observed.sites.find((candidate) => candidate.name === name);
  if (!found) {
    const names = observed.sites.map((candidate) => candidate.name).join(", ") || "none";
    throw new SettingError(`There is no site ${name}. Sites: ${names}`);
  }
  if (verb === "releases") {
    for (const release of await client.releases(found.siteId)) {
      say(
        `${release.current ? "*" : " "} ${release.number}\t${release.createdAt}\t${release.result}\t${release.kept ? "kept" : "pruned"}\t${release.actor.name}`,
      );
    }
    return 0;
  }
  if (verb === "workers") {
    for (const worker of await client.workers(found.siteId)) {
      const doing = worker.current
        ? `${worker.current.method} ${worker.current.path} for ${worker.current.forMs} ms`
        : "";
      say(
        `${worker.pid}\t${worker.state}\t${worker.requests} requests\t${Math.round(worker.rssBytes / 1024 ** 2)} MB\t${doing}`,
      );
    }
    return 0;
  }
  return follow(instance, await client.startOperation(request(verb, found.siteId, argument)), say);
}

function request(verb: string, siteId: string, argument: string | undefined): StartOperation {
  if (verb === "rollback") {
    if (!/^[1-9]\d*$/.test(argument ?? ""))
      throw new SettingError(`Name the release to go back to.\n\n${siteHelp}`);
    return { kind: "rollback", siteId, release: Number(argument), actor: cliActor };
  }
  return { kind: verb === "restart" ? "restart" : "reload", siteId, actor: cliActor };
}

/** Prints each step as it ends and waits for the last. */
async function follow(instance: Instance, begun: Operation, say: (line: string) => void): Promise<number> {
  const client = askSupervisor(instance);
  const told = new Set<string>();
  let operation = begun;
  for (;;) {
    for (const step of operation.steps) {
      if (!["succeeded", "failed"].includes(step.state) || told.has(step.name)) continue;
      told.add(step.name);
      say(`${step.state === "succeeded" ? "✔" : "✖"} ${step.name.padEnd(12)}${step.detail ?? ""}`);
    }
    if (operation.finishedAt) break;
    operation = await client.operation(operation.id, { waitMs: Math.min(500, MAX_WAIT_MS) });
  }
  for (const warning of operation.warnings) say(`! ${warning}`);
  if (operation.state === "succeeded") return 0;
  process.stderr.write(`${operation.error?.detail ?? "It failed."}\n`);
  for (const line of operation.error?.evidence ?? []) process.stderr.write(`  ${line}\n`);
  if (operation.error?.hint) process.stderr.write(`${operation.error.hint}\n`);
  return 1;
}
