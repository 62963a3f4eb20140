/** A generation: one incarnation of a pool, made of a release, settings and a socket. Written before it is booted. */
import * as z from "zod";
import { appSchema, poolSchema, sourceSchema } from "./site.ts";
import { timeSchema } from "./text.ts";

export const generationSchema = z.object({
  number: z.int().min(1),
  release: z.int().min(1),
  /** Folder the application runs in: the release, or the source itself when it runs in place. */
  folder: z.string(),
  /** Where the release was copied from. */
  source: sourceSchema,
  /** The interpreter of the environment. */
  python: z.string(),
  app: appSchema,
  /** As booted; `workers` follows live scaling. */
  pool: poolSchema,
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  user: z.object({ uid: z.int(), gid: z.int(), name: z.string() }),
  /** Hash of everything above that a running master cannot take over live; a different one needs a rollout. */
  settingsHash: z.string(),
  createdAt: timeSchema,
});
export type Generation = z.infer<typeof generationSchema>;
