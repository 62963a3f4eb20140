/** What is answered while there is no panel: a problem for programs, one plain page for people. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { localeOf, translate } from "../api/messages/translate.ts";
import type { DatabaseTrouble } from "../db/trouble.ts";

export type Notice = { status: number; code: string; title: string; detail: string; hint?: string };

export const starting: Notice = {
  status: 503,
  code: "starting",
  title: "Starting",
  detail: "The panel is starting. Sites are not affected.",
};

export const foreignHost: Notice = {
  status: 421,
  code: "unknown-host",
  title: "Unknown host name",
  detail: "The panel does not answer to this host name.",
  hint: "Use the address that Monban printed, or add this name to MONBAN_PANEL_HOSTS.",
};

export const badTarget: Notice = {
  status: 400,
  code: "malformed-request",
  title: "Malformed request",
  detail: "The request target is not a path.",
};

export const pagesFailed: Notice = {
  status: 503,
  code: "pages-failed",
  title: "Dashboard unavailable",
  detail: "The dashboard could not be loaded. The API and the sites are not affected.",
  hint: "Look at the panel's log for the reason.",
};

export function troubleNotice({ code, detail, hint }: DatabaseTrouble): Notice {
  return { status: 503, code, title: "Database unusable", detail, hint };
}

export function answerPlainly(
  request: IncomingMessage,
  response: ServerResponse,
  notice: Notice,
  headers: Record<string, string>,
): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const locale = localeOf(
    new Headers({
      "accept-language": request.headers["accept-language"] ?? "",
      cookie: request.headers.cookie ?? "",
    }),
  );
  const say = (sentence: string) => translate(sentence, locale);
  const words = { title: say(notice.title), detail: say(notice.detail) };
  const hint = notice.hint ? say(notice.hint) : undefined;
  const isPage = (request.headers.accept ?? "").includes("text/html");
  const body = isPage
    ? page({ ...words, hint, locale })
    : JSON.stringify({
        type: "about:blank",
        ...words,
        status: notice.status,
        code: notice.code,
        ...(hint ? { hint } : {}),
      });
  response.writeHead(notice.status, {
    ...headers,
    "content-type": isPage ? "text/html; charset=utf-8" : "application/problem+json",
    "cache-control": "no-store",
    "content-length": Buffer.byteLength(body),
    ...(notice.status === 503 ? { "retry-after": "2" } : {}),
    ...(request.complete ? {} : { connection: "close" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function page(words: { title: string; detail: string; hint: string | undefined; locale: string }): string {
  const { title, detail, hint, locale } = words;
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3"><title>Monban: ${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width"><style>
:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 1.5rem}
h1{font-size:1.25rem}p{margin:.5rem 0}</style></head>
<body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(detail)}</p>${hint ? `<p>${escapeHtml(hint)}</p>` : ""}</main></body></html>
`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
