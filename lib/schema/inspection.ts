/** What Monban found in a source folder, each finding with its reason, before a site is made of it. */
import * as z from "zod";
import { frameworkSchema, persistentPathSchema, staticMappingSchema } from "./site.ts";

export const inspectionSchema = z.object({
  path: z.string(),
  /** Candidates, best first. */
  entries: z.array(
    z.object({
      entry: z.string(),
      framework: frameworkSchema,
      reason: z.string(),
      file: z.string(),
      line: z.int(),
    }),
  ),
  framework: frameworkSchema,
  dependencies: z.object({
    kind: z.enum(["requirements.txt", "pyproject.toml", "none"]),
    packages: z.int(),
    pinsGunicorn: z.boolean(),
    reason: z.string(),
  }),
  static: z.array(staticMappingSchema.extend({ files: z.int(), reason: z.string() })),
  persistent: z.array(persistentPathSchema.extend({ sizeBytes: z.int() })),
  environments: z.array(z.object({ path: z.string(), python: z.string(), reason: z.string() })),
  /** A path that answered like a health check in the source, such as /health. */
  healthPath: z.object({ path: z.string(), reason: z.string() }).nullable(),
  owner: z.object({ uid: z.int(), name: z.string() }),
  files: z.int(),
  sizeBytes: z.int(),
  /** app.run(), debug mode, world-writable folders and the like. */
  warnings: z.array(
    z.object({
      code: z.string(),
      message: z.string(),
      file: z.string().optional(),
      line: z.int().optional(),
    }),
  ),
  suggestedName: z.string(),
});
export type Inspection = z.infer<typeof inspectionSchema>;

export const folderListingSchema = z.object({
  path: z.string(),
  parent: z.string().nullable(),
  folders: z.array(z.object({ name: z.string(), path: z.string(), looksLikeApp: z.boolean() })),
  truncated: z.boolean(),
});
export type FolderListing = z.infer<typeof folderListingSchema>;
