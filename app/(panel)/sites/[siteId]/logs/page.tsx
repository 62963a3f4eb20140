import { LogsTab } from "../../../../../lib/ui/logs/logs-tab.tsx";
import { requestTexts } from "../../../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("site.tab.logs") };
}

export default function Page() {
  return <LogsTab />;
}
