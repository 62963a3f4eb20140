/** Set-up, sessions, passwords, tokens and the audit log. */
import * as z from "zod";
import { SESSION_LIFE_MS } from "../../panel/accounts.ts";
import { SESSION_COOKIE } from "../../panel/create-panel.ts";
import {
  auditEntrySchema,
  changePasswordSchema,
  createTokenSchema,
  newTokenViewSchema,
  sessionViewSchema,
  setupSchema,
  signInSchema,
  tokenViewSchema,
  userViewSchema,
  viewerSchema,
} from "../../schema/account.ts";
import { idSchema } from "../../schema/text.ts";
import { type Route, route } from "../route.ts";
import { listOf, pageFields, pageOf } from "../shapes.ts";

const userReply = z.object({ user: userViewSchema });

export const accountRoutes: Route[] = [
  route({
    method: "post",
    path: "/api/v1/setup",
    tag: "accounts",
    summary: "Create the first admin, once",
    access: "public",
    body: setupSchema,
    status: 201,
    response: userReply,
    problems: [403, 409, 429],
    handle: async ({ panel, body, address, userAgent }) => ({
      body: { user: await panel.accounts.setUp(body, { address, userAgent }) },
    }),
  }),
  route({
    method: "post",
    path: "/api/v1/sessions",
    tag: "accounts",
    summary: "Sign in; the session is a cookie",
    access: "public",
    body: signInSchema,
    status: 201,
    response: viewerSchema,
    problems: [401, 403, 429],
    async handle({ panel, body, address, userAgent, request }) {
      const { viewer, token } = await panel.accounts.signIn(body, { address, userAgent });
      return { body: viewer, headers: { "set-cookie": sessionCookie(request, token, SESSION_LIFE_MS) } };
    },
  }),
  route({
    method: "get",
    path: "/api/v1/sessions",
    tag: "accounts",
    summary: "My sessions",
    access: "anyone",
    status: 200,
    response: listOf(sessionViewSchema),
    problems: [],
    handle: async ({ panel, caller }) => ({ body: { data: await panel.accounts.sessionsOf(caller.viewer) } }),
  }),
  route({
    method: "get",
    path: "/api/v1/sessions/current",
    tag: "accounts",
    summary: "Who am I",
    access: "anyone",
    status: 200,
    response: viewerSchema,
    problems: [],
    handle: async ({ caller }) => ({ body: caller.viewer }),
  }),
  route({
    method: "delete",
    path: "/api/v1/sessions/current",
    tag: "accounts",
    summary: "Sign out",
    access: "anyone",
    status: 204,
    problems: [404],
    async handle({ panel, caller, request }) {
      await panel.accounts.signOut(caller);
      return { body: null, headers: { "set-cookie": sessionCookie(request, "", 0) } };
    },
  }),
  route({
    method: "delete",
    path: "/api/v1/sessions/{sessionId}",
    tag: "accounts",
    summary: "End one of my sessions",
    access: "anyone",
    params: z.object({ sessionId: idSchema("ses") }),
    status: 204,
    problems: [404],
    async handle({ panel, caller, params }) {
      await panel.accounts.endSession(caller, params.sessionId);
      return { body: null };
    },
  }),
  route({
    method: "post",
    path: "/api/v1/users/current/password",
    tag: "accounts",
    summary: "Change my password; ends my other sessions",
    access: "anyone",
    body: changePasswordSchema,
    status: 204,
    problems: [429],
    async handle({ panel, caller, body }) {
      await panel.accounts.changePassword(caller, body);
      return { body: null };
    },
  }),
  route({
    method: "get",
    path: "/api/v1/tokens",
    tag: "tokens",
    summary: "Tokens, newest first, without their secrets",
    access: "admin",
    status: 200,
    response: listOf(tokenViewSchema),
    problems: [],
    handle: async ({ panel }) => ({ body: { data: await panel.tokens.list() } }),
  }),
  route({
    method: "post",
    path: "/api/v1/tokens",
    tag: "tokens",
    summary: "Make a token; its secret is answered here and never again",
    access: "admin",
    body: createTokenSchema,
    status: 201,
    response: newTokenViewSchema,
    problems: [],
    handle: async ({ panel, caller, body }) => ({ body: await panel.tokens.create(caller, body) }),
  }),
  route({
    method: "delete",
    path: "/api/v1/tokens/{tokenId}",
    tag: "tokens",
    summary: "Revoke a token, at once",
    access: "admin",
    params: z.object({ tokenId: idSchema("tok") }),
    status: 204,
    problems: [404],
    async handle({ panel, caller, params }) {
      await panel.tokens.revoke(caller, params.tokenId);
      return { body: null };
    },
  }),
  route({
    method: "get",
    path: "/api/v1/audit",
    tag: "accounts",
    summary: "Who did what, newest first",
    access: "admin",
    query: z.strictObject({
      limit: pageFields.limit,
      cursor: z
        .string()
        .regex(/^\d{1,15}$/, "This is not a cursor of this list.")
        .optional(),
      siteId: idSchema("site").optional(),
    }),
    status: 200,
    response: pageOf(auditEntrySchema),
    problems: [],
    async handle({ panel, query: { limit, cursor, siteId } }) {
      return {
        body: await panel.audit({
          limit,
          ...(cursor ? { cursor: Number(cursor) } : {}),
          ...(siteId ? { siteId } : {}),
        }),
      };
    },
  }),
];

/** `Secure` when the browser says that its page came by https; on plain http it would never be sent back. */
function sessionCookie(request: Request, token: string, lifeMs: number): string {
  const isSecure = request.headers.get("origin")?.startsWith("https://") ?? false;
  return [
    `${SESSION_COOKIE}=${token}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    `Max-Age=${Math.floor(lifeMs / 1_000)}`,
    ...(isSecure ? ["Secure"] : []),
  ].join("; ");
}
