import { afterEach, beforeEach, expect, test } from "vitest";
import type { SiteView } from "../schema/site-view.ts";
import { readEvents } from "../testing/read-events.ts";
import { createTestPanel, type TestPanel } from "../testing/test-panel.ts";

let panel: TestPanel;
let site: SiteView;

beforeEach(async () => {
  panel = await createTestPanel();
  site = await panel.createSite("blog");
});
afterEach(() => panel.close());

const japanese = { "accept-language": "ja" };
const detail = "gunicorn master 12: It was ended by SIGKILL. It died once; it is started again at once.";
const inJapanese = "gunicorn マスター 12: SIGKILL で終了しました。1 回終了したため、すぐに起動し直します。";

test("the journal is streamed and read in the language of the reader", async () => {
  const cookie = await panel.cookie();
  const stream = async (headers: Record<string, string>) =>
    readEvents(await panel.send("GET", "/api/v1/events/stream?after=0", { headers: { cookie, ...headers } }));
  const [english, other] = [await stream({}), await stream(japanese)];
  panel.supervisor.emit({ type: "notice", level: "info", code: "test", detail });
  const isIt = ({ data }: { data: unknown }) => (data as { code?: string }).code === "test";
  expect((await english.next(isIt)).data).toMatchObject({ detail });
  expect((await other.next(isIt)).data).toMatchObject({ detail: inJapanese });
  await english.close();
  await other.close();

  const { body } = await panel.asAdmin("GET", "/api/v1/events", { headers: japanese });
  expect(body.data.at(-1)).toMatchObject({ code: "test", detail: inJapanese });
  const { body: same } = await panel.asAdmin("GET", "/api/v1/events");
  expect(same.data.at(-1)).toMatchObject({ code: "test", detail });
});

test("what is repeated under an Idempotency-Key is told in the language of the one who asks again", async () => {
  const reload = (headers: Record<string, string>) =>
    panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`, {
      headers: { "idempotency-key": "again", ...headers },
    });
  const first = await reload(japanese);
  const second = await reload({});
  expect(second.body.operation.id).toBe(first.body.operation.id);
  expect(JSON.stringify(second.body)).not.toMatch(/[ぁ-んァ-ヶ]/);
});
