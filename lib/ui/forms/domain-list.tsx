"use client";

import { useTranslations } from "next-intl";
import { InlineInput } from "./inline-input.tsx";
import { RowList } from "./row-list.tsx";

export function DomainList({
  value,
  onChange,
}: {
  value: readonly string[];
  onChange: (value: string[]) => void;
}) {
  const t = useTranslations("forms");
  return (
    <RowList
      label={t("domains")}
      items={value}
      onChange={onChange}
      blank={() => ""}
      least={1}
      addLabel={t("addDomain")}
      removeLabel={(domain) => t("removeNamed", { name: domain })}
    >
      {(domain, set, index) => (
        <InlineInput
          path={`domains.${index}`}
          label={t("domain", { number: index + 1 })}
          value={domain}
          placeholder={t("domainExample")}
          inputMode="url"
          autoCapitalize="none"
          onChange={(event) => set(event.target.value.trim().toLowerCase())}
        />
      )}
    </RowList>
  );
}
