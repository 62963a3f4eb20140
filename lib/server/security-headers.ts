/** Headers of every answer. Scripts run only when they are files of the panel or carry the nonce of this answer. */
import { randomBytes } from "node:crypto";

export type SecurityHeaders = { nonce: string; headers: Record<string, string> };

/** In `dev` Next needs eval and its own socket for hot reloads. */
export function securityHeaders({ dev }: { dev: boolean }): SecurityHeaders {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${dev ? " 'unsafe-eval'" : ""}`,
    // Components position menus with style attributes, and the terminal brings a style element.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${dev ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
  return {
    nonce,
    headers: {
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": "camera=(), microphone=(), geolocation=()",
    },
  };
}
