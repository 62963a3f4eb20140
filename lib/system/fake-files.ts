/** A disk made of data: folders, files and symbolic links, with the errors a real one has. */
import { createHash } from "node:crypto";
import type { FileStat, Files, WriteOptions } from "./system.ts";

type Owned = { mode: number; uid: number; gid: number; ino: number; mtimeMs: number };
type Folder = Owned & { kind: "directory"; children: Map<string, Node> };
type File = Owned & { kind: "file"; bytes: Uint8Array };
type Link = Owned & { kind: "symlink"; target: string };
type Node = Folder | File | Link;

export type FakeFiles = Files & {
  /** Called before every change; what it throws is what the disk says, such as ENOSPC. */
  onChange: (operation: string, path: string) => void;
  /** Every path with the text of files and the target of links. */
  dump(): Record<string, string>;
};

const MAX_LINKS = 40;
const SPACE = { freeBytes: 50 * 1024 ** 3, totalBytes: 100 * 1024 ** 3 };

export function createFakeFiles({ now }: { now: () => number }): FakeFiles {
  let inodes = 1;
  const owned = (mode: number, options: WriteOptions = {}): Owned => {
    inodes += 1;
    return {
      mode: options.mode ?? mode,
      uid: options.uid ?? 0,
      gid: options.gid ?? 0,
      ino: inodes,
      mtimeMs: now(),
    };
  };
  const root: Folder = { kind: "directory", children: new Map(), ...owned(0o755) };

  /** Follows links; `last` says whether a link at the end is followed too. */
  function find(path: string, last = true): { real: string; node: Node } | null {
    let parts = path.split("/").filter((part) => part !== "" && part !== ".");
    let trail: { name: string; node: Node }[] = [];
    let links = 0;
    while (parts.length > 0) {
      const [name, ...rest] = parts as [string, ...string[]];
      if (name === "..") {
        trail.pop();
        parts = rest;
        continue;
      }
      const parent = trail.at(-1)?.node ?? root;
      const node = parent.kind === "directory" ? parent.children.get(name) : undefined;
      if (!node) return null;
      if (node.kind === "symlink" && (rest.length > 0 || last)) {
        links += 1;
        if (links > MAX_LINKS) throw failure("ELOOP", path);
        if (node.target.startsWith("/")) trail = [];
        parts = [...node.target.split("/").filter((part) => part !== "" && part !== "."), ...rest];
        continue;
      }
      trail.push({ name, node });
      parts = rest;
    }
    return { real: `/${trail.map(({ name }) => name).join("/")}`, node: trail.at(-1)?.node ?? root };
  }

  function parentOf(path: string): { folder: Folder; name: string } {
    const clean = path.replace(/\/+$/, "");
    const at = clean.lastIndexOf("/");
    const parent = find(clean.slice(0, at) || "/");
    if (!parent) throw failure("ENOENT", path);
    if (parent.node.kind !== "directory") throw failure("ENOTDIR", path);
    return { folder: parent.node, name: clean.slice(at + 1) };
  }

  function fileAt(path: string): File | null {
    const node = find(path)?.node;
    if (node?.kind === "directory") throw failure("EISDIR", path);
    return node?.kind === "file" ? node : null;
  }

  /** Only what lies at exactly this path, no link on the way. */
  function inPlace(path: string): Node | null {
    const found = find(path, false);
    if (!found) return null;
    if (found.node.kind === "symlink" || found.real !== path) throw failure("ELOOP", path);
    return found.node;
  }

  function put(path: string, node: Node): void {
    const { folder, name } = parentOf(path);
    const there = folder.children.get(name);
    if (there?.kind === "directory" && node.kind !== "directory") throw failure("EISDIR", path);
    folder.children.set(name, node);
    folder.mtimeMs = now();
  }

  const files: FakeFiles = {
    onChange: () => {},
    dump() {
      const all: Record<string, string> = {};
      const walk = (folder: Folder, path: string) => {
        for (const [name, node] of [...folder.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
          const at = `${path}/${name}`;
          if (node.kind === "directory") walk(node, at);
          else all[at] = node.kind === "file" ? new TextDecoder().decode(node.bytes) : `→ ${node.target}`;
        }
      };
      walk(root, "");
      return all;
    },
    async readText(path) {
      const file = fileAt(path);
      return file && new TextDecoder().decode(file.bytes);
    },
    async readBytes(path, offset, length) {
      const file = fileAt(path);
      return file ? file.bytes.slice(offset, offset + length) : null;
    },
    async writeAtomic(path, text, options) {
      files.onChange("writeAtomic", path);
      put(path, { kind: "file", bytes: toBytes(text), ...owned(0o600, options) });
    },
    async append(path, text, options) {
      files.onChange("append", path);
      const node = find(path, false)?.node;
      if (node?.kind === "symlink") throw failure("ELOOP", path);
      if (node?.kind === "directory") throw failure("EISDIR", path);
      if (!node) return put(path, { kind: "file", bytes: toBytes(text), ...owned(0o600, options) });
      node.bytes = Buffer.concat([node.bytes, toBytes(text)]);
      node.mtimeMs = now();
    },
    async linkAtomic(target, path) {
      files.onChange("linkAtomic", path);
      put(path, { kind: "symlink", target, ...owned(0o777) });
    },
    async readLink(path) {
      const node = find(path, false)?.node;
      return node?.kind === "symlink" ? node.target : null;
    },
    async list(path) {
      const node = find(path)?.node;
      return node?.kind === "directory" ? [...node.children.keys()].sort() : [];
    },
    async stat(path) {
      const node = find(path, false)?.node;
      return node ? toStat(node) : null;
    },
    realPath: async (path) => find(path)?.real ?? null,
    async makeFolder(path, options = {}) {
      files.onChange("makeFolder", path);
      const parts = path.split("/").filter(Boolean);
      for (const index of parts.keys()) {
        const at = `/${parts.slice(0, index + 1).join("/")}`;
        const node = find(at)?.node;
        if (node && node.kind !== "directory")
          throw failure(index === parts.length - 1 ? "EEXIST" : "ENOTDIR", path);
        if (!node) put(at, { kind: "directory", children: new Map(), ...owned(0o755) });
      }
      Object.assign(find(path)!.node, withoutUndefined(options));
    },
    async rename(from, to) {
      files.onChange("rename", to);
      const source = parentOf(from);
      const node = source.folder.children.get(source.name);
      if (!node) throw failure("ENOENT", from);
      if (to.startsWith(`${from}/`)) throw failure("EINVAL", to);
      const target = parentOf(to);
      const there = target.folder.children.get(target.name);
      if (there?.kind === "directory" && (node.kind !== "directory" || there.children.size > 0)) {
        throw failure(node.kind === "directory" ? "ENOTEMPTY" : "EISDIR", to);
      }
      if (there && there.kind !== "directory" && node.kind === "directory") throw failure("ENOTDIR", to);
      source.folder.children.delete(source.name);
      target.folder.children.set(target.name, node);
    },
    async remove(path) {
      files.onChange("remove", path);
      if (!find(path, false)) return;
      const { folder, name } = parentOf(path);
      folder.children.delete(name);
    },
    async own(path, uid, gid) {
      files.onChange("own", path);
      Object.assign(required(find(path, false)?.node, path), { uid, gid });
    },
    async setMode(path, mode) {
      files.onChange("setMode", path);
      required(find(path)?.node, path).mode = mode;
    },
    space: async (path) => (find(path) ? SPACE : null),
    async copy(from, to, options = {}) {
      files.onChange("copy", to);
      const node = inPlace(from);
      if (!node) throw failure("ENOENT", from);
      if (node.kind !== "file") throw failure("ELOOP", from);
      if (find(to, false)) throw failure("EEXIST", to);
      const { sync: _sync, ...given } = options;
      const copy: File = {
        kind: "file",
        bytes: node.bytes.slice(),
        ...owned(node.mode & 0o777, withoutUndefined(given)),
      };
      put(to, { ...copy, mtimeMs: node.mtimeMs });
      return toStat(node);
    },
    async ownInPlace(path, options) {
      files.onChange("ownInPlace", path);
      Object.assign(required(inPlace(path), path), withoutUndefined(options));
    },
    async hash(path) {
      const node = inPlace(path);
      if (!node) return null;
      if (node.kind !== "file") throw failure("ELOOP", path);
      return createHash("sha256").update(node.bytes).digest("hex");
    },
  };
  return files;
}

function toStat(node: Node): FileStat {
  const { kind, mode, uid, gid, ino, mtimeMs } = node;
  return { kind, size: kind === "file" ? node.bytes.length : 0, mode, uid, gid, mtimeMs, ino, device: 1 };
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? new TextEncoder().encode(text) : text.slice();
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function required<T>(node: T | null | undefined, path: string): T {
  if (!node) throw failure("ENOENT", path);
  return node;
}

export function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: '${path}'`), { code, path });
}
