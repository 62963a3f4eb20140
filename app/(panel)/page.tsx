import { Home } from "../../lib/ui/home/home.tsx";
import { requestTexts } from "../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("nav.home") };
}

export default function Page() {
  return <Home />;
}
