/** Who a site's processes run as. Never root. */
import { systemUserName } from "../../core/release-files.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { Account, System } from "../../system/system.ts";

/**
 * Without privileges: ourselves. With them: the owner of the source folder, or, when that is root, a system user of
 * the site's own, which is created when missing.
 */
export async function siteUser(args: { system: System; site: Pick<DesiredSite, "spec"> }): Promise<Account> {
  const { accounts, files } = args.system;
  const { name, source } = args.site.spec;
  if (!accounts.privileged) return accounts.self;
  const real = (await files.realPath(source.path)) ?? source.path;
  const owner = await files.stat(real);
  if (!owner || owner.uid === 0) return accounts.ensureSystemUser(systemUserName(name));
  const account = await accounts.byUid(owner.uid);
  return account ?? { uid: owner.uid, gid: owner.gid, name: String(owner.uid) };
}

/** Removes the system user that was made for a site; a site without one is fine. */
export async function removeSiteUser(args: { system: System; siteName: string }): Promise<void> {
  if (args.system.accounts.privileged) {
    await args.system.accounts.removeSystemUser(systemUserName(args.siteName));
  }
}
