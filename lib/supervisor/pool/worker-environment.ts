/** The environment variables a pool's processes get: few, and every one for a reason. */
import type { Generation } from "../../schema/generation.ts";

/** Monban's own variables first, then the site's, which win, except for those that carry the inherited socket. */
export function workerEnvironment(generation: Generation, siteName: string): Record<string, string> {
  const bin = generation.python.slice(0, generation.python.lastIndexOf("/"));
  const environment: Record<string, string> = {
    PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
    // Nothing of a site may depend on somebody's home folder; libraries that insist find the release.
    HOME: generation.folder,
    LANG: "C.UTF-8",
    PYTHONUNBUFFERED: "1",
    MONBAN_SITE: siteName,
    MONBAN_RELEASE: String(generation.release),
    MONBAN_GENERATION: String(generation.number),
  };
  for (const { name, value } of generation.env) {
    if (name === "LISTEN_FDS" || name === "LISTEN_PID" || name === "LISTEN_FDNAMES") continue;
    environment[name] = value;
  }
  return environment;
}
