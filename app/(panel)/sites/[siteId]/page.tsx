import { OverviewTab } from "../../../../lib/ui/site/overview-tab.tsx";

export default function Page() {
  return <OverviewTab />;
}
