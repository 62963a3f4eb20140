"use client";

import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { NewTokenView, TokenView } from "../../schema/account.ts";
import { ConfirmDialog, type Question } from "../actions/confirm-dialog.tsx";
import { del } from "../api-client.ts";
import { RelativeTime } from "../format/time.tsx";
import { useFetch } from "../live/use-fetch.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { scopeKey } from "./scope-key.ts";
import { TokenDialog } from "./token-dialog.tsx";

/** Tokens for scripts: made here, shown once, revoked at once. */
export function TokensPanel() {
  const t = useTranslations("account");
  const { data, problem, refresh } = useFetch<{ data: TokenView[] }>("/tokens");
  const [creating, setCreating] = useState(false);
  const [fresh, setFresh] = useState<NewTokenView | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const tokens = data?.data.filter((token) => token.revokedAt === null);
  return (
    <Panel
      title={t("tokens")}
      flush
      actions={
        <Button size="sm" onClick={() => setCreating(true)}>
          <Plus />
          {t("newToken")}
        </Button>
      }
    >
      <p className="px-4 pb-3 text-muted">{t("tokensText")}</p>
      {problem ? <ProblemNotice problem={problem} className="mx-4 mb-4" /> : null}
      {fresh ? <FreshToken token={fresh} onDone={() => setFresh(null)} /> : null}
      {!tokens ? (
        <Skeleton className="mx-4 mb-4 h-10" />
      ) : tokens.length === 0 ? (
        <p className="px-4 pb-4">{t("noTokens")}</p>
      ) : (
        <ul className="pb-2">
          {tokens.map((token) => (
            <li
              key={token.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2"
            >
              <span className="min-w-0 flex-1 basis-56">
                <span className="font-medium">{token.name}</span>{" "}
                <code className="font-mono text-xs text-muted">{token.prefix}…</code>
                <span className="ml-2 inline-flex flex-wrap gap-1">
                  {token.scopes.map((scope) => (
                    <Badge key={scope} tone={scope === "admin" ? "warn" : "neutral"}>
                      {t(`scope.${scopeKey(scope)}`)}
                    </Badge>
                  ))}
                </span>
              </span>
              <span className="text-sm text-muted">
                {token.lastUsedAt ? (
                  <>
                    {t("lastUsed")} <RelativeTime at={token.lastUsedAt} />
                  </>
                ) : (
                  t("neverUsed")
                )}
                {token.expiresAt ? (
                  <>
                    {" · "}
                    {t("expires")} <RelativeTime at={token.expiresAt} />
                  </>
                ) : null}
              </span>
              <Button
                size="sm"
                onClick={() =>
                  setQuestion({
                    title: t("revokeTitle", { name: token.name }),
                    text: t("revokeText"),
                    confirm: t("revoke"),
                    danger: true,
                    run: async () => {
                      await del(`/tokens/${token.id}`);
                      refresh();
                    },
                  })
                }
              >
                {t("revokeAsk")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <TokenDialog
        open={creating}
        onOpenChange={setCreating}
        onCreated={(token) => {
          setFresh(token);
          refresh();
        }}
      />
      <ConfirmDialog question={question} onClose={() => setQuestion(null)} />
    </Panel>
  );
}

function FreshToken({ token, onDone }: { token: NewTokenView; onDone: () => void }) {
  const t = useTranslations("account");
  return (
    <div role="status" className="mx-4 mb-4 rounded-lg bg-ok-soft px-4 py-3">
      <p className="font-medium text-ok">{t("tokenCreated", { name: token.name })}</p>
      <p className="mt-2 flex items-center gap-2 rounded-md border border-line bg-surface py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 font-mono text-sm break-all">{token.secret}</code>
        <CopyButton text={token.secret} what={t("theToken")} labelled />
      </p>
      <Button size="sm" className="mt-2" onClick={onDone}>
        {t("tokenStored")}
      </Button>
    </div>
  );
}
