/** CPU and disk of the machine, looked at now and then. */
import type { Context } from "./context.ts";

export type HostLook = {
  cpuPercent: number;
  diskUsedShare: number | null;
  /** Takes another look; raises and clears the notice about a full disk. */
  refresh(context: Context): Promise<void>;
};

/** Below this share of free space logs and releases are about to fail. */
const DISK_LOW_SHARE = 0.03;
/** Small file systems may have little room by nature; this much is enough for a release of an ordinary site. */
const DISK_ENOUGH_BYTES = 512 * 1024 ** 2;

export function createHostLook(): HostLook {
  let before: { busyMs: number; totalMs: number } | null = null;
  const look: HostLook = {
    cpuPercent: 0,
    diskUsedShare: null,
    async refresh(context) {
      const cpu = await context.system.machine.cpu();
      if (cpu && before && cpu.totalMs > before.totalMs) {
        look.cpuPercent =
          Math.round(((cpu.busyMs - before.busyMs) / (cpu.totalMs - before.totalMs)) * 1000) / 10;
      }
      before = cpu;
      const space = await context.system.files.space(context.instance.data).catch(() => null);
      look.diskUsedShare = space && space.totalBytes > 0 ? 1 - space.freeBytes / space.totalBytes : null;
      if (
        space &&
        space.freeBytes < DISK_ENOUGH_BYTES &&
        space.freeBytes / space.totalBytes < DISK_LOW_SHARE
      ) {
        const free = Math.round(space.freeBytes / 1024 ** 2);
        context.notices.raise(
          "disk-low",
          "error",
          `Only ${free} MB are free where ${context.instance.data} lies. Sites keep serving; logs, releases and settings may not be written.`,
        );
      } else context.notices.clear("disk-low");
    },
  };
  return look;
}
