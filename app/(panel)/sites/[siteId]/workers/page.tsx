import { WorkersTab } from "../../../../../lib/ui/site/workers-tab.tsx";
import { requestTexts } from "../../../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("site.tab.workers") };
}

export default function Page() {
  return <WorkersTab />;
}
