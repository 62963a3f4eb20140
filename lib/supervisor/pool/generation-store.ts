/** Records of generations on disk. The symbolic link `current.sock` says which of them serves; nothing else does. */
import { sitePaths } from "../../core/layout.ts";
import { type Generation, generationSchema } from "../../schema/generation.ts";
import type { WriteOptions } from "../../system/system.ts";
import type { Context } from "../context.ts";

/**
 * Number of the generation that serves, or null. The link in the run folder is the truth; it is gone after a reboot
 * or a clean stop, and then the newest record that runs the release `current` points at is meant.
 */
export async function currentGenerationNumber(context: Context, siteName: string): Promise<number | null> {
  const paths = sitePaths(context.instance, siteName);
  const target = await context.system.files.readLink(paths.currentSocket);
  const match = target === null ? null : /(?:^|\/)g(\d+)\.sock$/.exec(target);
  if (match) return Number(match[1]);
  const folder = await context.system.files.readLink(paths.current);
  if (folder === null) return null;
  for (const number of (await recordedGenerations(context, siteName)).reverse()) {
    if ((await readGeneration(context, siteName, number))?.folder === folder) return number;
  }
  return null;
}

/** The record, or null when there is none or it cannot be read. */
export async function readGeneration(
  context: Context,
  siteName: string,
  number: number,
): Promise<Generation | null> {
  const text = await context.system.files.readText(
    sitePaths(context.instance, siteName).generationRecord(number),
  );
  if (text === null) return null;
  try {
    return generationSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export async function writeGeneration(
  context: Context,
  siteName: string,
  generation: Generation,
): Promise<void> {
  const path = sitePaths(context.instance, siteName).generationRecord(generation.number);
  await writeIfChanged(context, path, `${JSON.stringify(generation)}\n`, { mode: 0o600 });
}

/** A full disk is no reason not to start a dead master again: nothing is written that is there already. */
export async function writeIfChanged(
  context: Context,
  path: string,
  text: string,
  options: WriteOptions,
): Promise<void> {
  const { files } = context.system;
  if ((await files.readText(path)) !== text) await files.writeAtomic(path, text, options);
}

/** Numbers of all generations that left a record. */
export async function recordedGenerations(context: Context, siteName: string): Promise<number[]> {
  const names = await context.system.files.list(sitePaths(context.instance, siteName).generations);
  return names
    .map((name) => /^(\d+)\.json$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** A number no generation of this site had before, also not one that failed. */
export async function nextGenerationNumber(context: Context, siteName: string): Promise<number> {
  const recorded = (await recordedGenerations(context, siteName)).at(-1) ?? 0;
  const current = (await currentGenerationNumber(context, siteName)) ?? 0;
  const remembered = context.sites.get(siteName)?.highestGeneration ?? 0;
  return Math.max(recorded, current, remembered) + 1;
}

/** Removes what a generation left behind: record, configuration, facts, socket files. Its log lines stay. */
export async function forgetGeneration(context: Context, siteName: string, number: number): Promise<void> {
  const paths = sitePaths(context.instance, siteName);
  const { files } = context.system;
  await files.remove(paths.generationConfig(number));
  await files.remove(paths.facts(number));
  await files.remove(`${paths.facts(number)}.exits`);
  await files.remove(paths.stacks(number));
  await files.remove(paths.socket(number));
  // Last, because whoever goes on with this after a crash finds the rest by it.
  await files.remove(paths.generationRecord(number));
}
