/** One line of a site's log, whichever of the three files it stands in. */
import * as z from "zod";
import { timeSchema } from "./text.ts";

export const logSourceSchema = z.enum(["access", "error", "app"]);
export type LogSource = z.infer<typeof logSourceSchema>;

export const logLevelSchema = z.enum(["debug", "info", "warning", "error", "unknown"]);
export type LogLevel = z.infer<typeof logLevelSchema>;

export const logLineSchema = z.object({
  /** Opaque position of the line, usable as `before` and `after`. */
  cursor: z.string(),
  source: logSourceSchema,
  at: timeSchema.nullable(),
  level: logLevelSchema,
  text: z.string(),
  /** Parsed fields of an access line. */
  access: z
    .object({
      requestId: z.string(),
      method: z.string(),
      path: z.string(),
      status: z.int(),
      remoteAddress: z.string(),
      bytesSent: z.int(),
      durationMs: z.number(),
      upstreamMs: z.number().nullable(),
      servedBy: z.enum(["worker", "nginx"]),
    })
    .optional(),
});
export type LogLine = z.infer<typeof logLineSchema>;
