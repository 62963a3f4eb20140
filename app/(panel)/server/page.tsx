import { ServerPage } from "../../../lib/ui/server/server-page.tsx";
import { requestTexts } from "../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("nav.server") };
}

export default function Page() {
  return <ServerPage />;
}
