import { AccountPage } from "../../../lib/ui/account/account-page.tsx";
import { requestTexts, requireViewer } from "../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("nav.settings") };
}

export default async function Page() {
  const viewer = await requireViewer();
  return <AccountPage username={viewer.user?.username ?? viewer.actor.name} />;
}
