import { ConfigTab } from "../../../../../lib/ui/site/config-tab.tsx";
import { requestTexts } from "../../../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("site.tab.config") };
}

export default function Page() {
  return <ConfigTab />;
}
