import { describe, expect, test } from "vitest";
import type { Inspection } from "../../schema/inspection.ts";
import { answersFrom, noAnswers, questionOf, requestFrom } from "./answers.ts";

const inspection = {
  path: "/srv/shop",
  entries: [{ entry: "run:app", framework: "flask", reason: "", file: "run.py", line: 3 }],
  static: [{ urlPath: "/static/", directory: "static", files: 41, reason: "" }],
  persistent: [{ path: "db.sqlite3", kind: "file", reason: "a database", sizeBytes: 1 }],
  healthPath: { path: "/health", reason: "" },
  suggestedName: "shop",
} as unknown as Inspection;

describe("a new site", () => {
  test("what was detected is filled in", () => {
    const answers = answersFrom(inspection, noAnswers);
    expect(answers).toMatchObject({
      entry: "run:app",
      healthPath: "/health",
      name: "shop",
      domains: ["shop.localhost"],
      static: [{ urlPath: "/static/", directory: "static" }],
    });
  });

  test("a name and domains that were typed survive another look at the folder", () => {
    const answers = answersFrom(inspection, { ...noAnswers, name: "store", domains: ["store.example.org"] });
    expect(answers.name).toBe("store");
    expect(answers.domains).toEqual(["store.example.org"]);
  });

  test("a name that is taken gets a number", () => {
    const answers = answersFrom(inspection, noAnswers, new Set(["shop", "shop-2"]));
    expect(answers.name).toBe("shop-3");
    expect(answers.domains).toEqual(["shop-3.localhost"]);
  });

  test("empty rows are not sent and secrets are marked", () => {
    const answers = answersFrom(inspection, noAnswers);
    const request = requestFrom(
      {
        ...answers,
        domains: ["shop.localhost", ""],
        env: [
          { name: "TOKEN", value: "x", secret: true, saved: false },
          { name: "", value: "", secret: false, saved: false },
        ],
      },
      inspection,
    );
    expect(request.domains).toEqual(["shop.localhost"]);
    expect(request.env).toEqual({ TOKEN: { value: "x", secret: true } });
    expect(request.app).toEqual({ entry: "run:app", framework: "flask" });
  });

  test("a refused field leads back to its question", () => {
    expect(questionOf("domains.0")).toBe("name");
    expect(questionOf("source.path")).toBe("folder");
    expect(questionOf("static.0.urlPath")).toBe("app");
  });
});
