/**
 * The field types that end up in nginx, gunicorn, file names or processes. Each one is an allow-list: what is
 * not named here is refused with a sentence that tells the repair. Quoting is never relied on.
 */
import * as z from "zod";

/** Names a site on disk, in URLs, sockets and system users; it never changes after creation. */
export const siteNameSchema = z
  .string()
  .min(1, "Give the site a name.")
  .max(32, "Use at most 32 characters.")
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "Use lower-case letters, digits and hyphens, such as my-shop.")
  // Its logs would lie among Monban's own.
  .refine((name) => name !== "monban", "This name is Monban's own; choose another, such as my-shop.");

/**
 * A host name as visitors type it, already in its ASCII form. International names are entered as punycode
 * (`xn--…`), because nginx compares bytes.
 */
export const domainSchema = z
  .string()
  .min(1, "Give a domain.")
  .max(253, "A domain has at most 253 characters.")
  .regex(
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "Use a plain host name such as shop.example.org: lower-case letters, digits, dots and hyphens; write international names as punycode (xn--…).",
  );

/** `module:variable` or `module:factory()`, as gunicorn reads it; a factory takes no arguments here. */
export const entryPointSchema = z
  .string()
  .min(3, "Name the module and the variable, such as run:app.")
  .max(200, "Use at most 200 characters.")
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*(\(\))?$/,
    "Write it as module:variable or module:factory(), such as run:app or shop.wsgi:application.",
  );

const printablePath = /^[A-Za-z0-9_@%+=:,.~/ -]+$/;

/** An absolute path without `..`, control characters, quotes, `$` or backslashes. */
export const absolutePathSchema = z
  .string()
  .min(1, "Give a folder.")
  .max(1024, "A path has at most 1024 characters.")
  .refine((path) => path.startsWith("/"), "Give an absolute path that starts with /.")
  .refine((path) => printablePath.test(path), "Use letters, digits, spaces and _ @ % + = : , . ~ - / only.")
  .refine((path) => !path.split("/").includes(".."), "Leave out .. and give the path itself.");

/** A path inside the source folder, relative, without `..`. */
export const relativePathSchema = z
  .string()
  .min(1, "Give a path inside the source folder.")
  .max(512, "A path has at most 512 characters.")
  .refine((path) => !path.startsWith("/"), "Give a path relative to the source folder.")
  .refine((path) => printablePath.test(path), "Use letters, digits, spaces and _ @ % + = : , . ~ - / only.")
  .refine((path) => !path.split("/").includes(".."), "Leave out .. and stay inside the source folder.");

/** The path part of a URL that maps to a folder: starts and ends with a slash, such as `/static/`. */
export const urlFolderSchema = z
  .string()
  .max(200, "Use at most 200 characters.")
  .regex(
    /^\/([A-Za-z0-9_.~-]+\/)+$/,
    "Start and end with a slash and use letters, digits and _ . ~ - only, such as /static/.",
  )
  .refine((path) => !path.split("/").some((part) => part === "." || part === ".."), "Leave out . and ..");

/** A URL path with an optional query, as a probe asks for it. */
export const urlPathSchema = z
  .string()
  .max(500, "Use at most 500 characters.")
  .regex(
    /^\/[A-Za-z0-9_.~!&'()*+,;=:@%/?-]*$/,
    "Start with a slash, such as /health, and use URL characters only.",
  );

/** The name of an environment variable. */
export const envNameSchema = z
  .string()
  .max(128, "Use at most 128 characters.")
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "Use letters, digits and underscores, and do not start with a digit.");

/** An identifier made by Monban: a prefix that tells the kind, an underscore, 16 lower-case characters. */
export function idSchema(prefix: string) {
  return z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{16}$`), `Not an id of the form ${prefix}_….`);
}

/** A point in time as ISO-8601 in UTC. */
export const timeSchema = z.iso.datetime();
