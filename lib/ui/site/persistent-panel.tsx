"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { SiteView } from "../../schema/site-view.ts";
import { Panel } from "../primitives/panel.tsx";

/** What every release shares: data that a roll back leaves alone. */
export function PersistentPanel({ site }: { site: SiteView }) {
  const t = useTranslations("releases");
  return (
    <Panel
      title={t("persistent")}
      flush
      actions={
        <Link
          href={`/sites/${site.id}/settings#source`}
          className="text-sm font-medium text-accent underline-offset-4 hover:underline"
        >
          {t("editPersistent")}
        </Link>
      }
    >
      <p className="px-4 pb-2 text-muted">{t("persistentText")}</p>
      {site.persistent.length === 0 ? (
        <p className="px-4 pb-4">{t("noPersistent")}</p>
      ) : (
        <ul className="pb-2">
          {site.persistent.map((one) => (
            <li key={one.path} className="flex flex-wrap gap-x-3 px-4 py-1">
              <code className="font-mono text-sm">
                {one.path}
                {one.kind === "directory" ? "/" : ""}
              </code>
              <span className="text-muted">{one.reason}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
