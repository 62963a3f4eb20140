"use client";

import { CircleUser, Keyboard, LogOut, Settings } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { del, problemOf } from "../api-client.ts";
import { useProblemText } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../primitives/menu.tsx";
import { useToast } from "../primitives/toast.tsx";

export function UserMenu({ username, onHelp }: { username: string; onHelp: () => void }) {
  const t = useTranslations("shell");
  const toast = useToast();
  const problemText = useProblemText();
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button look="quiet" aria-label={t("account", { user: username })}>
          <CircleUser />
          <span className="hidden max-w-32 truncate sm:inline">{username}</span>
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem asChild>
          <Link href="/settings">
            <Settings />
            {t("settings")}
          </Link>
        </MenuItem>
        <MenuItem onSelect={onHelp}>
          <Keyboard />
          {t("shortcuts")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem
          onSelect={async () => {
            try {
              await del("/sessions/current");
              // A full load: nothing of the session stays in the memory of the page.
              window.location.assign("/sign-in");
            } catch (error) {
              toast({ tone: "bad", text: t("signOutFailed"), detail: problemText(problemOf(error)) });
            }
          }}
        >
          <LogOut />
          {t("signOut")}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
