/** A problem, as RFC 9457 shapes it: what failed, on what, why in the machine's words, and what to do now. */
import * as z from "zod";

export const fieldErrorSchema = z.object({
  /** Dotted path into what was sent, such as `domains.0` or `pool.workers`. */
  path: z.string(),
  message: z.string(),
});
export type FieldError = z.infer<typeof fieldErrorSchema>;

export const problemSchema = z.object({
  type: z.string().default("about:blank"),
  title: z.string(),
  status: z.int(),
  /** A stable word for programs, such as `boot-failed` or `domain-taken`. */
  code: z.string(),
  /** One sentence: what failed, on which object, and what now. */
  detail: z.string(),
  /** What to do about it. */
  hint: z.string().optional(),
  /** The machine's own words: last lines of a traceback or of nginx's error. */
  evidence: z.array(z.string()).optional(),
  requestId: z.string().optional(),
  errors: z.array(fieldErrorSchema).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
