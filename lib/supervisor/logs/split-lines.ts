/** Bytes into lines, with the place of each. */
import { MAX_LINE_BYTES } from "../../core/log-lines.ts";

export type Span = { start: number; end: number };

const NEWLINE = 10;
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: false });

/** Where lines begin and end in `bytes`, newline excluded; the last one may be unfinished. */
export function lineSpans(bytes: Uint8Array): Span[] {
  const spans: Span[] = [];
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    spans.push({ start, end });
    start = end + 1;
  }
  return spans;
}

/** Text of a line. A few bytes more than a line may have are kept, so that whoever shows it sees that it was longer. */
export function lineText(bytes: Uint8Array, { start, end }: Span): string {
  return decoder.decode(bytes.subarray(start, Math.min(end, start + MAX_LINE_BYTES + 8)));
}

/** Text of a whole block, for a first look whether anything in it is wanted. */
export function blockText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
