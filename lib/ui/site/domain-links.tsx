"use client";

import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";
import { useStatus } from "../live/live-provider.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { siteUrl } from "./site-url.ts";

const MAX_SHOWN = 3;

export function DomainLinks({ domains }: { domains: readonly string[] }) {
  const t = useTranslations("common");
  const ts = useTranslations("site");
  const status = useStatus();
  return (
    <ul className="flex flex-wrap items-center gap-x-4 gap-y-0.5">
      {domains.slice(0, MAX_SHOWN).map((domain) => {
        const url = siteUrl(domain, status?.ports.http);
        return (
          <li key={domain} className="inline-flex min-w-0 items-center gap-0.5">
            <a
              href={url}
              target="_blank"
              rel="noreferrer"
              className="inline-flex min-w-0 items-center gap-1 text-muted underline-offset-4 hover:text-text hover:underline"
            >
              <span className="truncate">{domain}</span>
              <ExternalLink className="size-3.5 shrink-0" aria-hidden="true" />
              <span className="sr-only">({t("openInNewTab")})</span>
            </a>
            <CopyButton text={url} what={url} />
          </li>
        );
      })}
      {domains.length > MAX_SHOWN ? (
        <li className="text-muted" title={domains.slice(MAX_SHOWN).join(", ")}>
          {ts("moreDomains", { count: domains.length - MAX_SHOWN })}
        </li>
      ) : null}
    </ul>
  );
}
