import { ActivityTab } from "../../../../../lib/ui/activity/activity-tab.tsx";
import { requestTexts } from "../../../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("site.tab.activity") };
}

export default function Page() {
  return <ActivityTab />;
}
