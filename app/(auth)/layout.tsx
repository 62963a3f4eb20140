import type { ReactNode } from "react";
import { AuthFrame } from "../../lib/ui/auth/auth-frame.tsx";

export default function Layout({ children }: { children: ReactNode }) {
  return <AuthFrame>{children}</AuthFrame>;
}
