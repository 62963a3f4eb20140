import { SettingsTab } from "../../../../../lib/ui/site-settings/settings-tab.tsx";
import { requestTexts } from "../../../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("site.tab.settings") };
}

export default function Page() {
  return <SettingsTab />;
}
