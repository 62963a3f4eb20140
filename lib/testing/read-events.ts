/** Reads server-sent events of a Response, as a browser would. */
export type StreamMessage = { event: string; id: string | null; data: unknown };

export type EventReader = {
  /** The next message that `fits`; skips comments and others. Rejects when the stream ends first. */
  next(fits?: (message: StreamMessage) => boolean): Promise<StreamMessage>;
  /** Resolves when the stream ends. */
  ended(): Promise<void>;
  /** Closes the tab. */
  close(): Promise<void>;
};

export function readEvents(response: Response): EventReader {
  if (!response.body) throw new Error(`no stream: status ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";

  async function message(): Promise<StreamMessage | null> {
    for (;;) {
      const end = buffer.indexOf("\n\n");
      if (end >= 0) {
        const block = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const parsed = parse(block);
        if (parsed) return parsed;
        continue;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      buffer += value;
    }
  }

  return {
    async next(fits = () => true) {
      for (;;) {
        const found = await message();
        if (!found) throw new Error("the stream ended");
        if (fits(found)) return found;
      }
    },
    async ended() {
      while (await message());
    },
    close: () => reader.cancel(),
  };
}

function parse(block: string): StreamMessage | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).trim());
  }
  const data = fields.get("data");
  if (data === undefined) return null;
  return { event: fields.get("event") ?? "message", id: fields.get("id") ?? null, data: JSON.parse(data) };
}
