import { Activity, House, LayoutGrid, type LucideIcon, Server, Settings } from "lucide-react";

export type PageName = "home" | "sites" | "activity" | "server" | "settings";

/** The pages of the sidebar, in order, with the key that follows `g`. */
export const pages: readonly { name: PageName; href: string; icon: LucideIcon; key: string }[] = [
  { name: "home", href: "/", icon: House, key: "h" },
  { name: "sites", href: "/sites", icon: LayoutGrid, key: "s" },
  { name: "activity", href: "/activity", icon: Activity, key: "a" },
  { name: "server", href: "/server", icon: Server, key: "v" },
  { name: "settings", href: "/settings", icon: Settings, key: "t" },
];

/** Whether `path` lies in the part of the dashboard that begins at `href`. */
export function isWithin(path: string, href: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}

/** The site a path belongs to. */
export function siteIdOf(path: string): string | null {
  return /^\/sites\/(site_[0-9a-z]+)/.exec(path)?.[1] ?? null;
}
