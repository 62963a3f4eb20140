import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { getPanel } from "../../../lib/panel/instance.ts";
import { SignInForm } from "../../../lib/ui/auth/sign-in-form.tsx";
import { requestTexts } from "../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("auth.signInTitle") };
}

export default async function Page() {
  const panel = getPanel();
  if (await panel.needsSetup()) redirect("/setup");
  const viewer = await panel.session({ headers: await headers() });
  if (viewer?.user) redirect("/");
  return <SignInForm />;
}
