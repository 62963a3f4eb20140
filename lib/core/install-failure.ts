/** Turns what pip printed into one sentence: which package, why, and where the application asks for it. */
import { normalizedName, parseRequirements } from "./requirements.ts";

export type RequirementText = { file: string; text: string };

/** `output` is all that pip printed, or its last part. */
export function explainInstallFailure(output: string, requirements: RequirementText[]): string {
  const match = (pattern: RegExp) => pattern.exec(output)?.[1]?.trim();

  const invalid = match(/^ERROR: (Invalid requirement: .*)$/m);
  if (invalid) return `${invalid.replace(/[.:]+$/, "")}.`;

  if (/No space left on device/.test(output)) return "The disk is full: no space left on device.";

  if (isIndexUnreachable(output)) {
    const wanted = match(/No matching distribution found for (\S+)/);
    return `The package index could not be reached${wanted ? `, so ${wanted} could not be installed` : ""}.`;
  }
  const unknown = match(/No matching distribution found for (.+)$/m);
  if (unknown) return `No matching distribution found for ${unknown}${askedFor(unknown, requirements)}.`;

  const conflict = match(/^ERROR: (Cannot install .*?) because/m);
  if (conflict) return `${conflict}: their requirements contradict each other.`;

  const unbuilt =
    match(
      /Failed to build installable wheels for (?:some pyproject\.toml based projects )?\(?([^()\n]+)\)?/,
    ) ??
    match(/Failed building wheel for (\S+)/) ??
    match(/Could not build wheels for ([^,\n]+)/) ??
    match(/Getting requirements to build wheel did not run successfully[\s\S]*?\u2570\u2500> .*?from (\S+)/);
  if (unbuilt) return `${unbuilt} could not be built from source${askedFor(unbuilt, requirements)}.`;

  const missing = match(/^ERROR: (Could not open requirements file: .*)$/m);
  if (missing) return `${missing}.`;

  const last = output.match(/^(?:ERROR|error): (.+)$/gm)?.at(-1);
  return last ? `${last.replace(/^\w+: /, "").replace(/\.$/, "")}.` : "The packages could not be installed.";
}

/** True when the network or the index is at fault and not the application. */
export function isIndexUnreachable(output: string): boolean {
  return /(NewConnectionError|Failed to establish a new connection|Temporary failure in name resolution|ConnectTimeoutError|ProxyError|SSLError|Read timed out|connection refused|dns error)/i.test(
    output,
  );
}

function askedFor(requirement: string, requirements: RequirementText[]): string {
  const name = normalizedName(/^[A-Za-z0-9._-]+/.exec(requirement)?.[0] ?? requirement);
  for (const { file, text } of requirements) {
    const line = parseRequirements(text).packages.find((found) => found.name === name)?.line;
    if (line !== undefined) return ` (line ${line} of ${file})`;
  }
  return "";
}
