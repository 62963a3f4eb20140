/** Versions of nginx, as `nginx -v` tells them. */

export type NginxVersion = readonly [major: number, minor: number, patch: number];

/** Reads `nginx version: nginx/1.22.1` or plain `1.22.1`; null when there is no version in it. */
export function parseNginxVersion(text: string): NginxVersion | null {
  const match = /(?:^|\/)(\d{1,4})\.(\d{1,4})\.(\d{1,4})\b/m.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : null;
}

export function isAtLeast(version: NginxVersion, wanted: NginxVersion): boolean {
  for (const [place, number] of wanted.entries()) {
    if (version[place] !== number) return version[place]! > number;
  }
  return true;
}
