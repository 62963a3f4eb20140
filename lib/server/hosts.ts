/**
 * Which names the panel answers to. A page elsewhere can make its own name point to this machine (DNS rebinding) and
 * would then be the panel's own origin; its name is not among these.
 */
import net from "node:net";

export type HostRules = { panelHost: string; extraHosts: readonly string[] };

/** `localAddress` is the address the connection came in on. */
export function isOwnHost(
  header: string | undefined,
  rules: HostRules,
  localAddress: string | undefined,
): boolean {
  const name = hostName(header);
  if (name === null) return false;
  if (name === "localhost" || name.endsWith(".localhost") || isLoopback(name)) return true;
  if (name === rules.panelHost.toLowerCase()) return true;
  if (rules.extraHosts.some((extra) => hostName(extra) === name)) return true;
  // Listening everywhere, the panel is also known by the address that was dialled.
  return net.isIP(name) !== 0 && name === plainAddress(localAddress);
}

/** The names in MONBAN_PANEL_HOSTS, separated by commas or spaces. */
export function parseHosts(text: string | undefined): string[] {
  return (text ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== "");
}

/** The name in `name`, `name:port`, `[address]` or `[address]:port`; null when it is none of these. */
function hostName(header: string | undefined): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/.exec((header ?? "").toLowerCase());
  // A port above 65535 cannot be part of any address.
  if (!match || !URL.canParse(`http://${match[0]}/`)) return null;
  return match[1] ?? match[2]?.replace(/\.$/, "") ?? null;
}

function isLoopback(name: string): boolean {
  return name === "::1" || (net.isIPv4(name) && name.startsWith("127."));
}

/** IPv4 addresses on an IPv6 socket come as `::ffff:192.0.2.1`. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=\d+\.)/, "");
}
