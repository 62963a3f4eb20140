import { describe, expect, test } from "vitest";
import { localized } from "./localized.ts";
import { translate } from "./translate.ts";

const ja = (sentence: string) => translate(sentence, "ja");

test.each([
  [
    "a traceback stays in the machine's words",
    "The application could not be loaded: ModuleNotFoundError: No module named 'stripe' at run.py:7.",
    "アプリケーションを読み込めませんでした (run.py の 7 行目): ModuleNotFoundError: No module named 'stripe'。",
  ],
  [
    "a reason within a sentence",
    "Taken out of nginx: The domain a.example belongs to the site blog already.",
    "nginx から外されています: ドメイン a.example はすでにサイト blog で使われています。",
  ],
  [
    "a sentence that lost its full stop within another",
    "Worker 4 could not start: The module run has no variable app.",
    "ワーカー 4 は起動できませんでした: モジュール run に変数 app がありません。",
  ],
  [
    "three levels",
    "Changed settings could not be brought to life: The source of shop, /srv/shop, may not be used: /srv/shop is not one site's folder; choose a folder inside it.",
    "変更した設定を反映できませんでした: shop のソース /srv/shop は使えません: /srv/shop は 1 つのサイトのフォルダーではありません。この中のフォルダーを選んでください。",
  ],
  [
    "a figure with its unit",
    "It died 3 times in a row; the next try is in 4 s.",
    "3 回続けて終了しました。次の起動は 4 秒後です。",
  ],
  [
    "a part that may be missing, missing",
    "Worker 12 was killed with SIGKILL; not by Monban and not for lack of memory.",
    "ワーカー 12 は SIGKILL で強制終了されました。Monban によるものでも、メモリ不足によるものでもありません。",
  ],
  [
    "parts that may be missing, there",
    "The kernel killed worker 12 for lack of memory while serving GET /export and 2 other requests; these 3 requests were lost.",
    "ワーカー 12 は GET /export とほか 2 件のリクエストの処理中に、メモリ不足のためカーネルに強制終了されました。これら 3 件のリクエストは失われました。",
  ],
  [
    "who it was that is in the way",
    "Could not listen on 0.0.0.0:80: the address is in use by apache2 (812). Sites are not reachable there until that is mended; Monban tries again by itself.",
    "0.0.0.0:80 で待ち受けできませんでした。このアドレスは apache2 (PID 812) が使用中です。解消されるまで、そのアドレスではサイトに接続できません。Monban が自動で再試行します。",
  ],
])("puts in what is said: %s", (_, english, japanese) => {
  expect(ja(english)).toBe(japanese);
});

test.each([
  [
    "a failure and what it meant for visitors",
    "GET /health answered 500 3 times. Nothing changed for visitors: the site still runs release 3.",
    "GET /health が 3 回とも 500 を返しました。訪問者への影響はありません。サイトはリリース 3 のまま動いています。",
  ],
  [
    "a full stop within the machine's words",
    "The application could not be loaded: ValueError: Bad key. Give another one at run.py:7. The site is not served yet.",
    "アプリケーションを読み込めませんでした (run.py の 7 行目): ValueError: Bad key. Give another one。サイトはまだ配信されていません。",
  ],
  [
    "three of them",
    "2 workers of the new release died after cut over. Visitors were sent back to the former release. Nothing changed for visitors: the site still runs release 2.",
    "切り替え後に、新しいリリースのワーカーが 2 台終了しました。訪問者は前のリリースに戻されました。訪問者への影響はありません。サイトはリリース 2 のまま動いています。",
  ],
  [
    "one within the other and one behind it",
    "gunicorn master 12: It was ended by SIGKILL. It died once; it is started again at once.",
    "gunicorn マスター 12: SIGKILL で終了しました。1 回終了したため、すぐに起動し直します。",
  ],
  [
    "one that is not known before one that is",
    "Something nobody foresaw. The site is not served yet.",
    "Something nobody foresaw. サイトはまだ配信されていません。",
  ],
  [
    "the machine's words without a full stop before it",
    "connect ENOENT /run/x The site is not served yet.",
    "connect ENOENT /run/x サイトはまだ配信されていません。",
  ],
])("sentences in a row are told one by one: %s", (_, english, japanese) => {
  expect(ja(english)).toBe(japanese);
});

test.each([
  "Something nobody foresaw.",
  "connect ECONNREFUSED 127.0.0.1:5432",
  "app = Flask(…)",
  "",
  "a. b. c. d",
  "constructor",
])("what nobody wrote down stays as it is: %j", (sentence) => {
  expect(ja(sentence)).toBe(sentence);
});

test("a name that is also a word of the catalogue stays a name", () => {
  expect(ja("There is no site unchanged.")).toBe("サイト unchanged はありません。");
});

test("a very long text costs nothing", () => {
  const text = `nginx does not accept this site: ${"x. y ".repeat(50_000)}`;
  expect(ja(text)).toBe(text);
});

test("a text that sounds like a hundred sentences is not worked through to its end", () => {
  const text = `${"x is not a folder. ".repeat(100)}x`;
  expect(ja(text)).toContain("x is not a folder. x is not a folder.");
  expect(ja(`${"The health check fails: ".repeat(80)}x.`)).toContain("ヘルスチェック");
});

describe("an answer", () => {
  const answer = {
    state: "failed",
    steps: [{ name: "environment", state: "succeeded", detail: "unchanged" }],
    warnings: ["This is over."],
    error: {
      title: "The operation failed",
      detail: "Something nobody foresaw.",
      hint: "Start it first.",
      evidence: ["This is over."],
      errors: [{ path: "env", message: "Give a text." }],
    },
    env: { detail: "This is over.", title: "Invalid" },
    name: "unchanged",
    text: "This is over.",
  };

  test("is Japanese in what Monban says, and untouched in what others say", () => {
    expect(localized(answer, "ja")).toEqual({
      ...answer,
      steps: [{ name: "environment", state: "succeeded", detail: "変更なし" }],
      warnings: ["解消しました。"],
      error: {
        ...answer.error,
        title: "操作に失敗しました",
        hint: "先に起動してください。",
        errors: [{ path: "env", message: "文字列で指定してください。" }],
      },
    });
  });

  test("in English is the very same object", () => {
    expect(localized(answer, "en")).toBe(answer);
  });

  test("findings of an inspection are told, with their files as they are", () => {
    const finding = {
      code: "debug-mode",
      message:
        "run.py turns debug mode on: visitors would see source code and settings when something fails.",
      file: "run.py",
    };
    expect(localized({ warnings: [finding] }, "ja").warnings).toEqual([
      { ...finding, message: expect.stringContaining("run.py がデバッグモードを有効にしています。") },
    ]);
  });
});
