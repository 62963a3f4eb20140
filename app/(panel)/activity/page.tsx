import { ActivityPage } from "../../../lib/ui/activity/activity-page.tsx";
import { requestTexts } from "../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("nav.activity") };
}

export default function Page() {
  return <ActivityPage />;
}
