/** The first two steps of a rollout: the code to run and the environment to run it in. */
import { sitePaths } from "../../core/layout.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { Generation } from "../../schema/generation.ts";
import type { Actor } from "../../schema/operation.ts";
import type { Release } from "../../schema/release.ts";
import type { Account } from "../../system/system.ts";
import type { Context } from "../context.ts";
import { ensureEnvironment } from "../environments/ensure-environment.ts";
import { type OperationHandle, StepFailure } from "../operations.ts";
import { linkPersistent } from "../releases/persistent.ts";
import { prepareRelease } from "../releases/prepare-release.ts";
import { listReleases, readRelease, writeReleaseRecord } from "../releases/release-records.ts";
import { siteUser } from "../releases/site-user.ts";

/** What is rolled out: code copied anew, the release that serves with other settings, or an older release. */
export type RolloutOf =
  | { kind: "new-release" }
  | { kind: "same-release" }
  | { kind: "older-release"; number: number };

export type PreparedRelease = {
  number: number;
  folder: string;
  python: string;
  user: Account;
  createdAt: string;
  /** Made by this rollout, so that its result is this rollout's. */
  made: boolean;
};

/** Runs the steps `prepare` and `environment`. */
export async function prepare(args: {
  context: Context;
  handle: OperationHandle;
  site: DesiredSite;
  of: RolloutOf;
  actor: Actor;
  former: Generation | null;
}): Promise<PreparedRelease> {
  const { context, handle, site } = args;
  const user = await siteUser({ system: context.system, site });
  let release: Release | undefined;
  const made = args.of.kind === "new-release" || (args.of.kind === "same-release" && args.former === null);
  await handle.step("prepare", async () => {
    if (made) {
      release = await newRelease(args, user);
      handle.madeRelease(release.number);
      return describe(release);
    }
    const number = args.of.kind === "older-release" ? args.of.number : (args.former?.release ?? 0);
    release = await keptRelease(context, site, number, user, handle);
    handle.madeRelease(number);
    return `release ${number} again`;
  });
  const { number, createdAt } = release as Release;
  const folder =
    site.spec.source.mode === "in-place"
      ? site.spec.source.path
      : sitePaths(context.instance, site.spec.name).release(number);

  let python = "";
  await handle.step("environment", async () => {
    const built = await ensureEnvironment({
      system: context.system,
      instance: context.instance,
      site,
      releaseFolder: folder,
      user,
      signal: handle.signal,
      onOutput: (text) => handle.output(text),
    });
    if (!built.ok) {
      throw new StepFailure({
        code: "environment-failed",
        sentence: built.sentence,
        evidence: built.evidence,
      });
    }
    python = built.python;
    const record = await readRelease(context, site.spec.name, number);
    if (record && record.environment !== built.hash) {
      await writeReleaseRecord(context, site.spec.name, { ...record, environment: built.hash });
    }
    return built.reused ? "unchanged" : `built with gunicorn ${built.gunicornVersion}`;
  });
  return { number, folder, python, user, createdAt, made };
}

async function newRelease(
  args: { context: Context; handle: OperationHandle; site: DesiredSite; actor: Actor },
  user: Account,
): Promise<Release> {
  const { context, handle, site, actor } = args;
  const numbers = (await listReleases(context, site.spec.name)).map((release) => release.number);
  const prepared = await prepareRelease({
    context,
    site,
    number: Math.max(0, ...numbers) + 1,
    actor,
    user,
    signal: handle.signal,
    onProgress: (text) => handle.output(`${text}\n`),
  });
  for (const sentence of prepared.notes) handle.warn(sentence);
  return prepared.release;
}

async function keptRelease(
  context: Context,
  site: DesiredSite,
  number: number,
  user: Account,
  handle: OperationHandle,
): Promise<Release> {
  const release = await readRelease(context, site.spec.name, number);
  if (!release?.kept) {
    throw new StepFailure({
      code: "release-gone",
      sentence: `Release ${number} is not kept any more.`,
      hint: "Choose one of the releases that are marked as kept.",
    });
  }
  const notes = await linkPersistent({ context, site, number, user });
  for (const sentence of notes) handle.warn(sentence);
  return release;
}

function describe(release: Release): string {
  const { changes } = release;
  if (!changes) return `release ${release.number}, ${release.files} files`;
  const sum = changes.added + changes.changed + changes.removed;
  return `release ${release.number}, ${sum === 0 ? "no file" : sum === 1 ? "1 file" : `${sum} files`} changed`;
}

/** Notes on the release how the rollout that made it ended. */
export async function recordResult(
  context: Context,
  siteName: string,
  prepared: PreparedRelease,
  result: "succeeded" | "failed",
  durationMs: number,
): Promise<void> {
  if (!prepared.made) return;
  const record = await readRelease(context, siteName, prepared.number);
  if (record) await writeReleaseRecord(context, siteName, { ...record, result, durationMs });
}
