import { ReleasesTab } from "../../../../../lib/ui/site/releases-tab.tsx";
import { requestTexts } from "../../../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("site.tab.releases") };
}

export default function Page() {
  return <ReleasesTab />;
}
