/** What lies in a release, and which paths are data that outlives it. Both are files the supervisor keeps for itself. */
import * as z from "zod";

const contentHashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** Everything the source gave to a release, so that what the application wrote can be told from it. */
export const manifestSchema = z.object({
  release: z.int().min(1),
  source: z.string(),
  files: z.record(
    z.string(),
    z.object({
      size: z.int(),
      mtimeMs: z.number(),
      /** Of the file in the source; with size and time it says that the content need not be read again. */
      ino: z.number(),
      sha256: contentHashSchema,
    }),
  ),
  directories: z.array(z.string()),
  /** Symbolic links of the source, as they stand in the release. */
  symlinks: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** One path that is data: in every release it is a symbolic link to `location`. */
export const persistentEntrySchema = z.object({
  /** Relative to the release. */
  path: z.string(),
  kind: z.enum(["file", "directory"]),
  /** Absolute; where the bytes are. */
  location: z.string(),
  reason: z.string(),
  /** The release in which the application was found to have written it; null when somebody declared it. */
  foundInRelease: z.int().nullable(),
  /** What the source had at this path when it was found; null for nothing. The source wins when it changes later. */
  sourceHash: contentHashSchema.nullable(),
  /**
   * It is newer than what lies at the same path in the source: the application wrote it over the copy or in place of
   * the link that the release had.
   */
  supersedes: z.boolean().optional(),
  /** Where it is being moved to; says after a crash what there is to finish. */
  movingTo: z.string().optional(),
});
export type PersistentEntry = z.infer<typeof persistentEntrySchema>;

export const persistentTableSchema = z.object({ entries: z.array(persistentEntrySchema) });
export type PersistentTable = z.infer<typeof persistentTableSchema>;
