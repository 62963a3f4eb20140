import { NewSite } from "../../../../lib/ui/new-site/new-site.tsx";
import { requestTexts } from "../../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("nav.newSite") };
}

export default function Page() {
  return <NewSite />;
}
