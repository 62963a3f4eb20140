/** Golden files: what a renderer wrote, kept in the repository to be read in review. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect } from "vitest";

/** Compares `text` with the file; with MONBAN_UPDATE_GOLDEN=1 writes the file instead. */
export async function expectGolden(path: string, text: string): Promise<void> {
  if (process.env.MONBAN_UPDATE_GOLDEN === "1") {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  expect(text, `${path} differs; MONBAN_UPDATE_GOLDEN=1 writes it anew`).toBe(await readFile(path, "utf8"));
}
