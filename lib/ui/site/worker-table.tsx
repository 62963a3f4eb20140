"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Worker } from "../../schema/worker.ts";
import { cx } from "../cx.ts";
import { Age } from "../format/time.tsx";
import { useFormat } from "../format/use-format.ts";
import { Table, Td, Th, Tr } from "../primitives/table.tsx";

/** From this share of the timeout on a request is worth a look. */
const SLOW_SHARE = 0.5;

/** One row per worker; cards where a table does not fit. */
export function WorkerTable({ workers, timeoutMs }: { workers: readonly Worker[]; timeoutMs: number }) {
  const t = useTranslations("workers");
  const mixed = new Set(workers.map((worker) => worker.generation)).size > 1;
  return (
    <>
      <div className="hidden md:block">
        <Table label={t("title")}>
          <thead>
            <tr>
              <Th end>{t("pid")}</Th>
              <Th>{t("state")}</Th>
              <Th>{t("current")}</Th>
              <Th end>{t("threads")}</Th>
              <Th end>{t("requests")}</Th>
              <Th end>{t("errors")}</Th>
              <Th end>{t("memory")}</Th>
              <Th end>{t("cpu")}</Th>
              <Th end>{t("age")}</Th>
              <Th end>{mixed ? t("generation") : t("release")}</Th>
            </tr>
          </thead>
          <tbody>
            {workers.map((worker) => (
              <Row key={worker.pid} worker={worker} timeoutMs={timeoutMs} mixed={mixed} />
            ))}
          </tbody>
        </Table>
      </div>
      <ul className="md:hidden">
        {workers.map((worker) => (
          <Card key={worker.pid} worker={worker} timeoutMs={timeoutMs} />
        ))}
      </ul>
    </>
  );
}

function Row({ worker, timeoutMs, mixed }: { worker: Worker; timeoutMs: number; mixed: boolean }) {
  const t = useTranslations("workers");
  const format = useFormat();
  return (
    <Tr>
      <Td end className="font-mono text-xs">
        {worker.pid}
      </Td>
      <Td>
        <WorkerState state={worker.state} />
      </Td>
      <Td className="w-full max-w-0">
        <Current worker={worker} timeoutMs={timeoutMs} />
      </Td>
      <Td end>
        {worker.busyThreads}/{worker.threads}
      </Td>
      <Td end>{format.number(worker.requests)}</Td>
      <Td end className={cx(worker.errors > 0 && "text-bad")}>
        {format.number(worker.errors)}
      </Td>
      <Td end>{format.bytes(worker.rssBytes)}</Td>
      <Td end>{format.percent(worker.cpuPercent / 100)}</Td>
      <Td end>
        <Age since={worker.startedAt} />
      </Td>
      <Td end>
        {mixed
          ? t("generationRelease", { generation: worker.generation, release: worker.release })
          : `#${worker.release}`}
      </Td>
    </Tr>
  );
}

function Card({ worker, timeoutMs }: { worker: Worker; timeoutMs: number }) {
  const t = useTranslations("workers");
  const format = useFormat();
  return (
    <li className="border-t border-line px-4 py-3 first:border-t-0">
      <div className="flex items-center justify-between gap-3">
        <span className="font-mono text-sm">{worker.pid}</span>
        <WorkerState state={worker.state} />
      </div>
      <Current worker={worker} timeoutMs={timeoutMs} />
      <dl className="numeric mt-2 grid grid-cols-4 gap-x-2 gap-y-1.5 text-sm">
        <Cell name={t("threads")}>
          {worker.busyThreads}/{worker.threads}
        </Cell>
        <Cell name={t("requests")}>{format.number(worker.requests)}</Cell>
        <Cell name={t("errors")}>{format.number(worker.errors)}</Cell>
        <Cell name={t("memory")}>{format.bytes(worker.rssBytes)}</Cell>
        <Cell name={t("cpu")}>{format.percent(worker.cpuPercent / 100)}</Cell>
        <Cell name={t("age")}>
          <Age since={worker.startedAt} />
        </Cell>
        <Cell name={t("release")}>#{worker.release}</Cell>
      </dl>
    </li>
  );
}

function Cell({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Current({ worker, timeoutMs }: { worker: Worker; timeoutMs: number }) {
  const format = useFormat();
  const { current } = worker;
  if (!current) return <span className="text-faint">–</span>;
  const slow = current.forMs > timeoutMs * SLOW_SHARE;
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <span className="min-w-0 truncate font-mono text-xs" title={`${current.method} ${current.path}`}>
        {current.method} {current.path}
      </span>
      <span className={cx("numeric shrink-0", slow ? "font-medium text-warn" : "text-muted")}>
        {format.duration(current.forMs)}
      </span>
    </span>
  );
}

const looks = {
  booting: "rounded-full border-[1.5px] border-accent",
  idle: "rounded-full border-[1.5px] border-ok-fill",
  busy: "rounded-full bg-ok-fill",
  stopping: "rounded-[1px] border-[1.5px] border-idle-fill",
} as const;

function WorkerState({ state }: { state: Worker["state"] }) {
  const t = useTranslations("workers");
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span aria-hidden="true" className={cx("size-2.5", looks[state])} />
      {t(`states.${state}`)}
    </span>
  );
}
