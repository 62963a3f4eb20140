"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { ProcessState } from "../../schema/process-state.ts";
import { useFormat } from "../format/use-format.ts";
import { useStatus } from "../live/live-provider.tsx";
import { StateMark } from "../status/status-mark.tsx";

/** The machine in one line. */
export function HostStrip() {
  const t = useTranslations("home.host");
  const format = useFormat();
  const status = useStatus();
  if (!status) return null;
  const { host } = status;
  return (
    <Link
      href="/server"
      className="flex flex-wrap items-center gap-x-6 gap-y-1 rounded-xl border border-line bg-surface px-4 py-2.5 text-sm transition-colors hover:bg-hover"
    >
      <span className="sr-only">{t("label")}</span>
      <Fact name={t("cpu")}>{format.percent(host.cpuPercent / 100)}</Fact>
      <Fact name={t("memory")}>
        {t("of", { used: format.bytes(host.memoryUsedBytes), total: format.bytes(host.memoryBytes) })}
      </Fact>
      <Fact name={t("disk")}>{host.diskUsedShare === null ? "–" : format.percent(host.diskUsedShare)}</Fact>
      <span className="hidden flex-1 md:block" />
      <ProcessFact name={`nginx ${status.nginx.version ?? ""}`} state={status.nginx.state} />
      <ProcessFact name={t("supervisor")} state={status.supervisor.state} />
      <ProcessFact name={t("keeper")} state={status.keeper.state} />
    </Link>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className="numeric whitespace-nowrap">
      <span className="text-muted">{name}</span> {children}
    </span>
  );
}

function ProcessFact({ name, state }: { name: string; state: ProcessState }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span className="text-muted">{name}</span>
      <StateMark state={state} />
    </span>
  );
}
