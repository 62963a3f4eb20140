/** What every implementation of `Files` does, tried on the real disk and on the one made of data. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFakeFiles } from "./fake-files.ts";
import { realFiles } from "./real-files.ts";
import type { Files } from "./system.ts";

const worlds: Record<string, () => Promise<{ files: Files; root: string; end(): Promise<void> }>> = {
  "a disk made of data": async () => {
    const files = createFakeFiles({ now: Date.now });
    await files.makeFolder("/tmp/x");
    return { files, root: "/tmp/x", end: async () => {} };
  },
  "the real disk": async () => {
    const root = await mkdtemp(join(tmpdir(), "mb-files-"));
    return { files: realFiles, root, end: () => rm(root, { recursive: true, force: true }) };
  },
};

for (const [name, open] of Object.entries(worlds)) {
  describe(`files on ${name}`, () => {
    let files: Files;
    let root: string;
    let end: () => Promise<void>;
    beforeEach(async () => {
      ({ files, root, end } = await open());
    });
    afterEach(() => end());

    it("what is missing is null or empty, not an error", async () => {
      const path = `${root}/missing`;
      expect(await files.readText(path)).toBeNull();
      expect(await files.readBytes(path, 0, 10)).toBeNull();
      expect(await files.readLink(path)).toBeNull();
      expect(await files.stat(path)).toBeNull();
      expect(await files.realPath(path)).toBeNull();
      expect(await files.hash(path)).toBeNull();
      expect(await files.list(path)).toEqual([]);
      await files.remove(path);
    });

    it("a written file is private, replaces the former one and leaves no sibling", async () => {
      await files.writeAtomic(`${root}/a`, "one");
      await files.writeAtomic(`${root}/a`, "two");
      expect(await files.readText(`${root}/a`)).toBe("two");
      expect((await files.stat(`${root}/a`))?.mode).toBe(0o600);
      expect(await files.list(root)).toEqual(["a"]);
    });

    it("a write into a missing folder fails and makes nothing", async () => {
      await expect(files.writeAtomic(`${root}/no/a`, "x")).rejects.toMatchObject({ code: "ENOENT" });
      expect(await files.list(root)).toEqual([]);
    });

    it("a mode is set as given", async () => {
      await files.writeAtomic(`${root}/a`, "x", { mode: 0o644 });
      await files.makeFolder(`${root}/f/g`, { mode: 0o711 });
      expect((await files.stat(`${root}/a`))?.mode).toBe(0o644);
      expect((await files.stat(`${root}/f/g`))?.mode).toBe(0o711);
      await files.setMode(`${root}/a`, 0o640);
      expect((await files.stat(`${root}/a`))?.mode).toBe(0o640);
    });

    it("appending adds to the end and makes the file when missing", async () => {
      await files.append(`${root}/log`, "a\n");
      await files.append(`${root}/log`, "b\n");
      expect(await files.readText(`${root}/log`)).toBe("a\nb\n");
    });

    it("bytes are read from where they are asked for, fewer at the end", async () => {
      await files.writeAtomic(`${root}/a`, new Uint8Array([1, 2, 3, 4, 5]));
      expect([...(await files.readBytes(`${root}/a`, 1, 2))!]).toEqual([2, 3]);
      expect([...(await files.readBytes(`${root}/a`, 3, 10))!]).toEqual([4, 5]);
      expect([...(await files.readBytes(`${root}/a`, 9, 10))!]).toEqual([]);
    });

    it("a link is pointed elsewhere by one rename and read through", async () => {
      await files.writeAtomic(`${root}/one`, "1");
      await files.writeAtomic(`${root}/two`, "2");
      await files.linkAtomic("one", `${root}/link`);
      expect(await files.readText(`${root}/link`)).toBe("1");
      await files.linkAtomic(`${root}/two`, `${root}/link`);
      expect(await files.readText(`${root}/link`)).toBe("2");
      expect(await files.readLink(`${root}/link`)).toBe(`${root}/two`);
      expect(await files.readLink(`${root}/one`)).toBeNull();
      expect(await files.realPath(`${root}/link`)).toBe(`${root}/two`);
      expect((await files.stat(`${root}/link`))?.kind).toBe("symlink");
    });

    it("removing a link leaves what it points at", async () => {
      await files.makeFolder(`${root}/kept`);
      await files.writeAtomic(`${root}/kept/a`, "1");
      await files.makeFolder(`${root}/gone`);
      await files.linkAtomic(`${root}/kept`, `${root}/gone/link`);
      await files.remove(`${root}/gone`);
      expect(await files.list(root)).toEqual(["kept"]);
      expect(await files.readText(`${root}/kept/a`)).toBe("1");
    });

    it("names are listed in order, of folders behind a link too", async () => {
      await files.makeFolder(`${root}/f`);
      for (const name of ["b", "a", "c"]) await files.writeAtomic(`${root}/f/${name}`, name);
      await files.linkAtomic(`${root}/f`, `${root}/l`);
      expect(await files.list(`${root}/l`)).toEqual(["a", "b", "c"]);
    });

    it("a folder moves with everything in it", async () => {
      await files.makeFolder(`${root}/a/b`);
      await files.writeAtomic(`${root}/a/b/c`, "x");
      await files.rename(`${root}/a`, `${root}/z`);
      expect(await files.readText(`${root}/z/b/c`)).toBe("x");
      expect(await files.stat(`${root}/a`)).toBeNull();
    });

    it("a copy is its own file, with the time and mode of the first", async () => {
      await files.writeAtomic(`${root}/a`, "text", { mode: 0o644 });
      const copied = await files.copy(`${root}/a`, `${root}/b`, { sync: true });
      const [a, b] = [await files.stat(`${root}/a`), await files.stat(`${root}/b`)];
      expect(copied).toEqual(a);
      expect(b).toMatchObject({ mode: 0o644, size: 4 });
      expect(Math.abs(b!.mtimeMs - a!.mtimeMs)).toBeLessThan(1);
      await files.append(`${root}/b`, "!");
      expect(await files.readText(`${root}/a`)).toBe("text");
    });

    it("a copy goes to a new name only", async () => {
      await files.writeAtomic(`${root}/a`, "a");
      await files.writeAtomic(`${root}/b`, "b");
      await expect(files.copy(`${root}/a`, `${root}/b`)).rejects.toMatchObject({ code: "EEXIST" });
      expect(await files.readText(`${root}/b`)).toBe("b");
    });

    it("a copy follows no link, neither at the end of the path nor on the way", async () => {
      await files.makeFolder(`${root}/secret`);
      await files.writeAtomic(`${root}/secret/key`, "k");
      await files.linkAtomic(`${root}/secret`, `${root}/way`);
      await files.linkAtomic(`${root}/secret/key`, `${root}/end`);
      await expect(files.copy(`${root}/way/key`, `${root}/x`)).rejects.toMatchObject({ code: "ELOOP" });
      await expect(files.copy(`${root}/end`, `${root}/x`)).rejects.toMatchObject({ code: "ELOOP" });
      await expect(files.hash(`${root}/way/key`)).rejects.toMatchObject({ code: "ELOOP" });
      expect(await files.stat(`${root}/x`)).toBeNull();
    });

    it("an owner and a mode are set on a file at its real path only", async () => {
      await files.makeFolder(`${root}/f`);
      await files.writeAtomic(`${root}/f/a`, "x");
      await files.linkAtomic(`${root}/f`, `${root}/way`);
      const { uid, gid } = (await files.stat(root))!;
      await files.ownInPlace(`${root}/f/a`, { uid, gid, mode: 0o660 });
      await files.ownInPlace(`${root}/f`, { mode: 0o1775 });
      expect((await files.stat(`${root}/f/a`))?.mode).toBe(0o660);
      expect((await files.stat(`${root}/f`))?.mode).toBe(0o1775);
      await expect(files.ownInPlace(`${root}/way/a`, { mode: 0o600 })).rejects.toMatchObject({
        code: "ELOOP",
      });
      await expect(files.ownInPlace(`${root}/way`, { mode: 0o600 })).rejects.toMatchObject({ code: "ELOOP" });
    });

    it("a hash is of the content", async () => {
      await files.writeAtomic(`${root}/a`, "abc");
      expect(await files.hash(`${root}/a`)).toBe(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      );
    });

    it("the space of the disk is known", async () => {
      const space = await files.space(root);
      expect(space!.totalBytes).toBeGreaterThan(space!.freeBytes);
      expect(await files.space(`${root}/missing`)).toBeNull();
    });
  });
}
