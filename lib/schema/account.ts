/** People, their sessions and the tokens of their scripts. */
import * as z from "zod";
import { actorSchema } from "./operation.ts";
import { idSchema, timeSchema } from "./text.ts";

/** What a caller may do. `admin` includes all the others. */
export const scopeSchema = z.enum(["admin", "sites:read", "sites:write", "metrics:read"]);
export type Scope = z.infer<typeof scopeSchema>;

export const usernameSchema = z
  .string()
  .min(1, "Give a user name.")
  .max(64, "Use at most 64 characters.")
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@-]*$/,
    "Use letters, digits and . _ @ - only, and start with a letter or digit.",
  );

/** Length is what makes a password strong; 8 is the least that is accepted, everything up to a page is fine. */
export const passwordSchema = z
  .string()
  .min(8, "Use at least 8 characters.")
  .max(1024, "Use at most 1,024 characters.");

export const setupSchema = z.strictObject({
  setupToken: z.string().min(1, "Give the setup token that Monban printed when it started.").max(200),
  username: usernameSchema,
  password: passwordSchema,
});
export const signInSchema = z.strictObject({
  username: z.string().min(1, "Give a user name.").max(200, "Use at most 200 characters."),
  password: z.string().min(1, "Give a password.").max(1024, "Use at most 1,024 characters."),
});
export const changePasswordSchema = z.strictObject({
  currentPassword: z.string().min(1, "Give your current password.").max(1024),
  newPassword: passwordSchema,
});

export const userViewSchema = z.object({
  id: idSchema("user"),
  username: z.string(),
  role: z.enum(["admin"]),
  createdAt: timeSchema,
});
export type UserView = z.infer<typeof userViewSchema>;

/** Who is asking: a signed-in person, or a script with a token. */
export const viewerSchema = z.object({
  actor: actorSchema,
  scopes: z.array(scopeSchema),
  user: userViewSchema.nullable(),
  session: z.object({ id: idSchema("ses"), createdAt: timeSchema, expiresAt: timeSchema }).nullable(),
});
export type Viewer = z.infer<typeof viewerSchema>;

export const sessionViewSchema = z.object({
  id: idSchema("ses"),
  current: z.boolean(),
  userAgent: z.string(),
  address: z.string(),
  createdAt: timeSchema,
  lastSeenAt: timeSchema,
  expiresAt: timeSchema,
});
export type SessionView = z.infer<typeof sessionViewSchema>;

export const createTokenSchema = z.strictObject({
  name: z
    .string()
    .min(1, "Give the token a name.")
    .max(64, "Use at most 64 characters.")
    .regex(/^[^\u0000-\u001f\u007f]*$/, "Leave out control characters."),
  scopes: z
    .array(scopeSchema)
    .min(1, "Choose at least one scope.")
    .max(4)
    .transform((scopes) => [...new Set(scopes)]),
  expiresAt: timeSchema.nullable().default(null),
});
export type CreateToken = z.input<typeof createTokenSchema>;

export const tokenViewSchema = z.object({
  id: idSchema("tok"),
  name: z.string(),
  /** The first characters of the secret, to tell tokens apart. */
  prefix: z.string(),
  scopes: z.array(scopeSchema),
  createdBy: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema.nullable(),
  lastUsedAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
});
export type TokenView = z.infer<typeof tokenViewSchema>;

export const newTokenViewSchema = tokenViewSchema.extend({
  /** Shown once, here, and never again. */
  secret: z.string(),
});
export type NewTokenView = z.infer<typeof newTokenViewSchema>;

export const auditEntrySchema = z.object({
  id: z.string(),
  at: timeSchema,
  actor: actorSchema,
  /** Such as `site.change`, `token.create` or `session.failed`. */
  action: z.string(),
  target: z.string().nullable(),
  siteId: idSchema("site").nullable(),
  address: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
