/** Remembers settings whose rollout failed, on disk, so that they are not tried again and again by themselves. */
import * as z from "zod";
import { sitePaths } from "../core/layout.ts";
import type { Context } from "./context.ts";
import type { SiteRuntime } from "./site-runtime.ts";

const failureSchema = z.object({ hash: z.string(), reason: z.string() });

const failurePath = (context: Context, siteName: string) =>
  `${sitePaths(context.instance, siteName).home}/failed-settings.json`;

/** Reads what is remembered; an unreadable file counts as nothing remembered. */
export async function recallFailure(context: Context, siteName: string): Promise<SiteRuntime["failed"]> {
  const text = await context.system.files.readText(failurePath(context, siteName));
  if (text === null) return null;
  try {
    return failureSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Remembers a failure, or forgets it with null. A full disk costs the memory only. */
export async function rememberFailure(
  context: Context,
  runtime: SiteRuntime,
  failure: SiteRuntime["failed"],
): Promise<void> {
  runtime.failed = failure;
  const path = failurePath(context, runtime.name);
  try {
    if (failure) await context.system.files.writeAtomic(path, JSON.stringify(failure), { mode: 0o600 });
    else await context.system.files.remove(path);
  } catch (cause) {
    context.log(`could not write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
