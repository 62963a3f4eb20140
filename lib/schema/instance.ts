/** The facts of one installation of Monban: where it keeps things and what it listens on. Fixed while it is up. */
import * as z from "zod";

export const instanceSchema = z.object({
  version: z.string(),
  /** Absolute paths. `root` is the built program (dist), readable by every user involved; `run` holds sockets and is short enough for the 107-byte limit of a unix socket path. */
  root: z.string(),
  data: z.string(),
  run: z.string(),
  /** Where per-worker facts are mapped; memory-backed when the machine has /dev/shm. */
  facts: z.string(),
  httpAddress: z.string(),
  httpPort: z.int(),
  httpsPort: z.int(),
  panelHost: z.string(),
  panelPort: z.int(),
  nginxBinary: z.string(),
  pythonBinary: z.string(),
  nodeBinary: z.string(),
  /** Who nginx and the panel run as when Monban is root; null when it is not and all is one user. */
  users: z
    .object({
      nginx: z.object({ uid: z.int(), gid: z.int(), name: z.string() }),
      panel: z.object({ uid: z.int(), gid: z.int(), name: z.string() }),
    })
    .nullable(),
  dev: z.boolean(),
});
export type Instance = z.infer<typeof instanceSchema>;
