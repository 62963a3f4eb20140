"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { ProcessInfo } from "../../schema/observed.ts";
import { cx } from "../cx.ts";
import { Age, RelativeTime } from "../format/time.tsx";
import { useFormat } from "../format/use-format.ts";
import { useStatus } from "../live/live-provider.tsx";
import type { MachineStatus } from "../live/live-store.ts";
import { CopyButton } from "../primitives/copy-button.tsx";
import { Empty } from "../primitives/empty.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Table, Td, Th, Tr } from "../primitives/table.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { StateMark } from "../status/status-mark.tsx";

/** Monban itself: every process, the ports, the machine, and what should be mended. */
export function ServerPage() {
  const t = useTranslations("server");
  const tn = useTranslations("nav");
  const status = useStatus();
  return (
    <>
      <PageHeader
        title={tn("server")}
        text={status ? t("version", { version: status.version }) : undefined}
      />
      {status ? (
        <div className="flex flex-col gap-4">
          <Notices status={status} />
          <Host status={status} />
          <Processes status={status} />
          <Ports status={status} />
        </div>
      ) : (
        <Empty title={t("unknown")} />
      )}
    </>
  );
}

function Notices({ status }: { status: MachineStatus }) {
  const t = useTranslations("server");
  if (status.notices.length === 0) return null;
  return (
    <ul aria-label={t("notices")} className="flex flex-col gap-2">
      {status.notices.map((notice) => (
        <li
          key={notice.code + notice.since}
          className={cx(
            "flex flex-wrap items-baseline gap-x-3 rounded-xl px-4 py-2.5",
            notice.level === "error"
              ? "bg-bad-soft"
              : notice.level === "warning"
                ? "bg-warn-soft"
                : "bg-accent-soft",
          )}
        >
          <span
            className={cx(
              "font-medium",
              notice.level === "error"
                ? "text-bad"
                : notice.level === "warning"
                  ? "text-warn"
                  : "text-accent",
            )}
          >
            {t(`level.${notice.level}`)}
          </span>
          <span className="min-w-0 flex-1 basis-64 break-words">{notice.detail}</span>
          <RelativeTime at={notice.since} className="text-sm text-muted" />
        </li>
      ))}
    </ul>
  );
}

function Host({ status }: { status: MachineStatus }) {
  const t = useTranslations("server");
  const format = useFormat();
  const { host } = status;
  const memoryShare = host.memoryUsedBytes / Math.max(1, host.memoryBytes);
  return (
    <Panel title={t("host")}>
      <dl className="grid gap-x-8 gap-y-4 sm:grid-cols-3">
        <Gauge name={t("cpu")} share={host.cpuPercent / 100} note={t("cores", { count: host.cores })}>
          {format.percent(host.cpuPercent / 100)}
        </Gauge>
        <Gauge
          name={t("memory")}
          share={memoryShare}
          note={t("total", { size: format.bytes(host.memoryBytes) })}
        >
          {format.bytes(host.memoryUsedBytes)}
        </Gauge>
        <Gauge name={t("disk")} share={host.diskUsedShare ?? 0} note={t("diskNote")}>
          {host.diskUsedShare === null ? "–" : format.percent(host.diskUsedShare)}
        </Gauge>
      </dl>
      <p className="mt-4 text-sm text-muted">{t(host.privileged ? "privileged" : "unprivileged")}</p>
    </Panel>
  );
}

/** From this share on a resource is getting scarce. */
const SCARCE = 0.85;

function Gauge({
  name,
  share,
  note,
  children,
}: {
  name: string;
  share: number;
  note: string;
  children: ReactNode;
}) {
  return (
    <div>
      <dt className="text-sm text-muted">{name}</dt>
      <dd>
        <span className="numeric text-lg font-semibold">{children}</span>{" "}
        <span className="numeric text-sm text-muted">{note}</span>
        <span aria-hidden="true" className="mt-1.5 block h-1.5 overflow-hidden rounded-full bg-line">
          <span
            className={cx("block h-full rounded-full", share > SCARCE ? "bg-warn-fill" : "bg-accent")}
            style={{ width: `${Math.min(100, Math.round(share * 100))}%` }}
          />
        </span>
      </dd>
    </div>
  );
}

type Row = { name: string; about: string; info: ProcessInfo; extra: string };

function Processes({ status }: { status: MachineStatus }) {
  const t = useTranslations("server");
  const format = useFormat();
  const { nginx } = status;
  const nginxFacts = [
    nginx.version,
    nginx.revision === null ? null : t("revision", { number: nginx.revision }),
    nginx.binary,
  ].filter(Boolean);
  const rows: Row[] = [
    { name: "nginx", about: t("about.nginx"), info: nginx, extra: nginxFacts.join(" · ") },
    { name: t("supervisor"), about: t("about.supervisor"), info: status.supervisor, extra: "" },
    { name: t("panel"), about: t("about.panel"), info: status.panel, extra: "" },
    { name: t("keeper"), about: t("about.keeper"), info: status.keeper, extra: "" },
  ];
  return (
    <Panel title={t("processes")} flush>
      <div className="hidden md:block">
        <Table label={t("processes")}>
          <thead>
            <tr>
              <Th>{t("process")}</Th>
              <Th>{t("state")}</Th>
              <Th end>{t("pid")}</Th>
              <Th end>{t("memory")}</Th>
              <Th end>{t("age")}</Th>
              <Th end>{t("restarts")}</Th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, about, info, extra }) => (
              <Tr key={name}>
                <Td>
                  <span className="text-base font-medium">{name}</span>
                  <span className="block text-muted">{extra || about}</span>
                  {info.reason ? <span className="block text-bad">{info.reason}</span> : null}
                </Td>
                <Td>
                  <StateMark state={info.state} />
                </Td>
                <Td end>
                  <Pid pid={info.pid} />
                </Td>
                <Td end>{info.rssBytes === null ? "–" : format.bytes(info.rssBytes)}</Td>
                <Td end>{info.startedAt ? <Age since={info.startedAt} /> : "–"}</Td>
                <Td end>{info.restarts}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </div>
      <ul className="md:hidden">
        {rows.map(({ name, about, info, extra }) => (
          <li key={name} className="border-t border-line px-4 py-3 first:border-t-0">
            <div className="flex items-center justify-between gap-3">
              <span className="font-medium">{name}</span>
              <StateMark state={info.state} className="text-sm" />
            </div>
            <p className="text-sm break-words text-muted">{extra || about}</p>
            <p className="numeric mt-1 flex flex-wrap items-center gap-x-4 text-sm">
              <span className="inline-flex items-center gap-1">
                {t("pid")} <Pid pid={info.pid} />
              </span>
              <span>{info.rssBytes === null ? "–" : format.bytes(info.rssBytes)}</span>
              <span>{info.startedAt ? <Age since={info.startedAt} /> : "–"}</span>
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Pid({ pid }: { pid: number | null }) {
  const t = useTranslations("server");
  if (pid === null) return <>–</>;
  return (
    <span className="inline-flex items-center gap-0.5 font-mono text-xs">
      {pid}
      <CopyButton text={String(pid)} what={t("pid")} />
    </span>
  );
}

function Ports({ status }: { status: MachineStatus }) {
  const t = useTranslations("server");
  const ports = [
    { name: t("httpPort"), port: status.ports.http },
    { name: t("httpsPort"), port: status.ports.https },
    { name: t("panelPort"), port: status.ports.panel },
  ];
  return (
    <Panel title={t("ports")}>
      <dl className="flex flex-wrap gap-x-10 gap-y-2">
        {ports.map(({ name, port }) => (
          <div key={name}>
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="numeric text-lg font-semibold">{port ?? t("closed")}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
