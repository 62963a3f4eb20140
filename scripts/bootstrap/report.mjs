// What the scripts say, and how they give up. Plain JavaScript for Node 20, no package: it runs before `npm ci`.

/** Prints one line about what happens now. `area` is one word: Packages, System, Build, Tests. */
export function say(area, text) {
  console.log(`${area}: ${text}`);
}

/**
 * A failure with everything a person needs to go on.
 * `what` says what failed and why, `evidence` holds the last lines of the failing program, `repair` says what to do.
 */
export class Halt extends Error {
  constructor(what, { evidence = [], repair } = {}) {
    super(what);
    this.name = "Halt";
    this.evidence = evidence;
    this.repair = repair;
  }
}

/** Runs the script's main function; a Halt becomes a readable message and exit status 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Halt)) throw error;
    console.error(`\n${error.message}`);
    for (const line of error.evidence) console.error(`  | ${line}`);
    if (error.repair) console.error(`What to do: ${error.repair}`);
    process.exitCode = 1;
  }
}

/** "3.4 s" below ten seconds, "28 s" below two minutes, "4 min" above. */
export function duration(ms) {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
