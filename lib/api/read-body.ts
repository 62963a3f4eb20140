/** The body of a request, within its bound and as JSON. */
import { problem } from "../panel/problems.ts";

/** Far above any site's settings, far below what would hurt. */
export const MAX_BODY_BYTES = 1024 ** 2;

/** The text of the body; throws 413 as soon as it is known to be too large. */
export async function readBodyText(request: Request): Promise<string> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > MAX_BODY_BYTES) throw tooLarge();
  if (!request.body) return "";
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > MAX_BODY_BYTES) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(value);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw problem("malformed-json", "The body is not UTF-8 text.");
  }
}

/** The text as JSON; throws 415 when it is announced as something else, 400 when it is not JSON. */
export function parseJson(request: Request, text: string): unknown {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (!/^application\/([\w.-]+\+)?json$/.test(type))
    throw problem("wrong-content-type", "Send JSON, with the content type application/json.");
  try {
    return JSON.parse(text);
  } catch {
    throw problem("malformed-json", "The body is not JSON.");
  }
}

function tooLarge() {
  return problem("too-large", "The body is larger than 1 MB.");
}
