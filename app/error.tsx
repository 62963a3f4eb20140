"use client";

import { PageError } from "../lib/ui/shell/page-error.tsx";

export default function ErrorPage(props: { error: Error & { digest?: string }; reset: () => void }) {
  return <PageError {...props} />;
}
