/** Just enough of HTTP/1.1 to know where an answer ends. Made for counting, not for serving. */

export type AnswerReader = {
  /** Adds bytes; returns the answer when it is whole. */
  push(bytes: Buffer): Answer | null;
  /** The connection ended: the answer when that is how it ends, null when it is cut. */
  end(): Answer | null;
};

export type Answer = { status: number; headers: string; body: Buffer; keepAlive: boolean };

/** Reads one answer. Throws an Error on what is not HTTP. */
export function createAnswerReader(): AnswerReader {
  let buffered: Buffer = Buffer.alloc(0);
  let head: {
    status: number;
    headers: string;
    length: number | "chunked" | "until-end";
    keepAlive: boolean;
  } | null = null;
  return {
    push(bytes) {
      buffered = buffered.length === 0 ? bytes : Buffer.concat([buffered, bytes]);
      if (!head) {
        const end = buffered.indexOf("\r\n\r\n");
        if (end === -1) return null;
        head = readHead(buffered.toString("latin1", 0, end));
        buffered = buffered.subarray(end + 4);
      }
      const { status, headers, length, keepAlive } = head;
      if (length === "until-end") return null;
      if (length === "chunked") {
        const body = readChunks(buffered);
        return body ? { status, headers, body, keepAlive } : null;
      }
      return buffered.length >= length
        ? { status, headers, body: buffered.subarray(0, length), keepAlive }
        : null;
    },
    end() {
      if (head?.length !== "until-end") return null;
      return { status: head.status, headers: head.headers, body: buffered, keepAlive: false };
    },
  };
}

function readHead(text: string) {
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]);
  if (!status) throw new Error(`no HTTP answer: ${text.slice(0, 60)}`);
  const headers = text.toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(headers)?.[1];
  const isEmpty = status === 204 || status === 304;
  return {
    status,
    headers: text,
    length: isEmpty
      ? 0
      : length !== undefined
        ? Number(length)
        : /\r\ntransfer-encoding: *chunked/.test(headers)
          ? ("chunked" as const)
          : ("until-end" as const),
    keepAlive: headers.startsWith("http/1.1") && !/\r\nconnection: *close/.test(headers),
  };
}

function readChunks(bytes: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line === -1) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    if (Number.isNaN(size)) throw new Error("no HTTP answer: a chunk without its size");
    const begin = line + 2;
    if (bytes.length < begin + size + 2) return null;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(begin, begin + size));
    at = begin + size + 2;
  }
}
