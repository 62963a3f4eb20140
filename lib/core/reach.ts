/** Whether a user can get to a path: every folder on the way must let them through. */

export type Gate = { path: string; mode: number; uid: number; gid: number };

/** The first folder that lets `user` not pass, or null. Supplementary groups do not count: processes run without. */
export function closedGate(gates: Gate[], user: { uid: number; gid: number }): Gate | null {
  if (user.uid === 0) return null;
  return gates.find((gate) => (permissionBits(gate, user) & 1) === 0) ?? null;
}

/** The three bits (4 read, 2 write, 1 enter) that apply to `user`. */
export function permissionBits(gate: Gate, user: { uid: number; gid: number }): number {
  if (gate.uid === user.uid) return (gate.mode >> 6) & 7;
  if (gate.gid === user.gid) return (gate.mode >> 3) & 7;
  return gate.mode & 7;
}

/** `/a/b/c` → `/`, `/a`, `/a/b`, `/a/b/c`. */
export function pathsTo(path: string): string[] {
  const parts = path.split("/").filter(Boolean);
  return ["/", ...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)];
}
