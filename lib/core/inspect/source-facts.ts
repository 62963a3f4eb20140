/** What is gathered from a source folder before anything is concluded from it. */
import type { Inspection } from "../../schema/inspection.ts";

export type SourceFacts = {
  /** The folder, as its real path. */
  path: string;
  /** Files and folders, without version control, virtual environments and caches; bounded. */
  tree: { path: string; kind: "file" | "directory" | "symlink" | "other"; size: number; mode: number }[];
  /** True when there was more than the bounds let us look at. */
  truncated: boolean;
  /** Folders Monban may not look into. */
  unreadable: string[];
  /** Texts of Python files and of the files that name dependencies, by path. */
  texts: Map<string, string>;
  /** What git ignores and yet is there; folders end with a slash. */
  gitIgnored: string[];
  environments: { path: string; version: string | null }[];
  owner: Inspection["owner"];
};

export type Entry = Inspection["entries"][number];
export type Warning = Inspection["warnings"][number];
