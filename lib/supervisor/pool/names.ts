/** How the keeper's children and sockets of a pool are called, both ways. */

/** Name of the master and of its socket: one generation has exactly one of each. */
export function generationName(siteName: string, generation: number): string {
  return `pool-${siteName}-g${generation}`;
}

/** The site and generation behind a name, or null when it is not a pool's. */
export function parseGenerationName(name: string): { siteName: string; generation: number } | null {
  const match = /^pool-([a-z0-9-]+)-g(\d+)$/.exec(name);
  return match ? { siteName: match[1]!, generation: Number(match[2]) } : null;
}
