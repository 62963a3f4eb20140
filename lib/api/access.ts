/** Who is asking, and may they. One place; every route passes it before anything else is looked at. */
import type { PanelCore } from "../panel/create-panel.ts";
import { problem } from "../panel/problems.ts";
import type { Scope, Viewer } from "../schema/account.ts";
import type { Access } from "./route.ts";

/** Set by Monban's own server from the connection, after it removed what the client sent under this name. */
export const ADDRESS_HEADER = "x-monban-address";

export function addressOf(request: Request): string {
  return request.headers.get(ADDRESS_HEADER) ?? "";
}

/** Null for public routes that nobody signed in asks for; otherwise who it is. Throws 401 or 403. */
export async function admit(panel: PanelCore, request: Request, access: Access): Promise<Viewer | null> {
  const isRead = request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS";
  if (access === "public") {
    // A page elsewhere may not sign its visitors in or set Monban up, either.
    if (!isRead && !isOwnOrigin(request, { isOriginNeeded: false })) throw foreign();
    return null;
  }
  const viewer = await panel.viewer(request.headers);
  if (!viewer)
    throw problem("unauthenticated", "Sign in, or give a valid token.", {
      hint: "Scripts send `Authorization: Bearer mbn_…`.",
    });
  if (viewer.session && !isRead && !isOwnOrigin(request, { isOriginNeeded: true })) throw foreign();
  if (access !== "anyone" && !mayUse(viewer.scopes, access))
    throw problem("not-allowed", `This needs the scope ${access}.`);
  return viewer;
}

function mayUse(scopes: Scope[], needed: Scope): boolean {
  if (scopes.includes("admin") || scopes.includes(needed)) return true;
  return needed === "sites:read" && scopes.includes("sites:write");
}

/** Whether the request comes from a page of this panel, as the browser says. */
function isOwnOrigin(request: Request, { isOriginNeeded }: { isOriginNeeded: boolean }): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return !isOriginNeeded || request.headers.get("sec-fetch-site") === "same-origin";
  try {
    return new URL(origin).host === hostOf(request);
  } catch {
    return false;
  }
}

export function hostOf(request: Request): string {
  return (request.headers.get("host") ?? new URL(request.url).host).toLowerCase();
}

function foreign() {
  return problem("wrong-origin", "This request comes from another site than the panel itself.");
}
