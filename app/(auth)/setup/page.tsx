import { redirect } from "next/navigation";
import { getPanel } from "../../../lib/panel/instance.ts";
import { SetupForm } from "../../../lib/ui/auth/setup-form.tsx";
import { requestTexts } from "../../request.ts";

export async function generateMetadata() {
  return { title: (await requestTexts())("auth.setupTitle") };
}

/** The token may come in the link that Monban printed. */
export default async function Page({
  searchParams,
}: {
  searchParams: Promise<{ token?: string | string[] }>;
}) {
  if (!(await getPanel().needsSetup())) redirect("/sign-in");
  const { token } = await searchParams;
  return <SetupForm token={typeof token === "string" ? token : ""} />;
}
