import { SitesPage } from "../../../lib/ui/sites/sites-page.tsx";
import { requestTexts } from "../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("nav.sites") };
}

export default function Page() {
  return <SitesPage />;
}
