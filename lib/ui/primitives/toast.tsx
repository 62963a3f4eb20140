"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Toast as Radix } from "radix-ui";
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import type { Tone } from "./badge.tsx";
import { Button } from "./button.tsx";

type Toast = { id: number; text: ReactNode; detail?: ReactNode; tone: Tone; action?: ReactNode };

const ToastContext = createContext<(toast: Omit<Toast, "id">) => void>(() => {});

/** Says what is not visible anyway, such as an operation that ended on another page. */
export function useToast() {
  return useContext(ToastContext);
}

let lastId = 0;

export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useTranslations("common");
  const [toasts, setToasts] = useState<Toast[]>([]);
  const show = useCallback((toast: Omit<Toast, "id">) => {
    lastId += 1;
    const id = lastId;
    setToasts((all) => [...all.slice(-3), { ...toast, id }]);
  }, []);
  return (
    <ToastContext value={show}>
      <Radix.Provider duration={8_000} label={t("notification")}>
        {children}
        {toasts.map((toast) => (
          <Radix.Root
            key={toast.id}
            onOpenChange={(open) => {
              if (!open) setToasts((all) => all.filter((other) => other.id !== toast.id));
            }}
            className="flex items-start gap-3 rounded-lg border border-line bg-raised px-4 py-3 shadow-raised data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:slide-in-from-bottom-2"
          >
            <div className="min-w-0 flex-1">
              <Radix.Title className={toast.tone === "bad" ? "font-medium text-bad" : "font-medium"}>
                {toast.text}
              </Radix.Title>
              {toast.detail ? (
                <Radix.Description className="text-sm text-muted">{toast.detail}</Radix.Description>
              ) : null}
              {toast.action}
            </div>
            <Radix.Close asChild>
              <Button look="quiet" size="iconSm" aria-label={t("close")} className="-mt-1 -mr-2">
                <X />
              </Button>
            </Radix.Close>
          </Radix.Root>
        ))}
        <Radix.Viewport
          label={t("notifications")}
          className="fixed right-4 bottom-4 z-50 flex w-96 max-w-[calc(100vw-2rem)] flex-col gap-2 outline-none"
        />
      </Radix.Provider>
    </ToastContext>
  );
}
